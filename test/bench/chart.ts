import type { BenchResult } from './result.ts';

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly text: string;
  readonly ours: boolean;
}

interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LABEL = 190;
const BAR = 18;
const GAP = 8;
const PANEL_HEAD = 34;

/** Colours of its own for light and for dark pages. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .ours { fill: #0969da; }
  .other { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ours { fill: #4493f8; }
    .other { fill: #6e7681; }
  }`;

export function toChart(result: BenchResult): string {
  const panels = panelsOf(result);
  const heights = panels.map(({ bars }) => PANEL_HEAD + bars.length * (BAR + GAP) + 12);
  const tops = heights.map((_, at) => heights.slice(0, at).reduce((sum, height) => sum + height, 8));
  const height = (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0);
  const body = panels.map((panel, at) => drawPanel(panel, tops[at] ?? 0)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Gatehouse beside its references">
<style>${STYLE}
</style>
${body}
</svg>
`;
}

function panelsOf({ cpu, cold, throughput }: BenchResult): readonly Panel[] {
  const bar = (label: string, value: number, unit: string, ours: boolean): Bar => ({
    label,
    value,
    text: `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${unit}`,
    ours,
  });
  const started = (wanted: string) => cold.find(({ name }) => name === wanted)?.plain.answered ?? 0;
  const busy = throughput.find(({ connections }) => connections === 8)?.servers;
  return [
    {
      title: 'CPU of a warm tools/call, store in memory (less is better)',
      bars: [
        bar('Gatehouse', cpu.memory['tools/call'].gatehouse, 'µs', true),
        bar('official SDK + jose', cpu.memory['tools/call'].sdk, 'µs', false),
      ],
    },
    {
      title: 'CPU of a warm tools/call, stub DynamoDB (less is better)',
      bars: [
        bar('Gatehouse', cpu.stub['tools/call'].gatehouse, 'µs', true),
        bar('official SDK + jose', cpu.stub['tools/call'].sdk, 'µs', false),
      ],
    },
    {
      title: 'Cold import and first request (less is better)',
      bars: [
        bar('Gatehouse mcp', started('mcp'), 'ms', true),
        bar('one PutItem, nothing else', started('bare'), 'ms', false),
      ],
    },
    {
      title: 'Requests a second, 8 connections, store in memory (more is better)',
      bars: [
        bar('Gatehouse', busy?.gatehouse.perSecond ?? 0, '/s', true),
        bar('official SDK + jose', busy?.sdk.perSecond ?? 0, '/s', false),
      ],
    },
  ];
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const rows = bars.map(({ label, value, text, ours }, at) => {
    const y = top + PANEL_HEAD + at * (BAR + GAP);
    const width = Math.max(1, (value / longest) * (WIDTH - LABEL - 90)).toFixed(1);
    return `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${label}</text>
<rect class="${ours ? 'ours' : 'other'}" x="${LABEL}" y="${y}" width="${width}" height="${BAR}" rx="3"/>
<text x="${LABEL + Number(width) + 8}" y="${y + 14}">${text}</text>`;
  });
  return `<text class="title" x="8" y="${top + 18}">${title}</text>\n${rows.join('\n')}`;
}
