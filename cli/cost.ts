import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type Bill, billOf } from './cost/bill.ts';
import { WrongUsage } from './failure.ts';
import { toTable } from './table.ts';

const OPTIONS = {
  calls: { type: 'string', default: '1000000' },
  ms: { type: 'string', default: '10' },
  memory: { type: 'string', default: '1024' },
  json: { type: 'boolean' },
} as const;

export const costCommand: Command = {
  help: `Usage: npm run gatehouse -- cost [options]

What a month costs at list prices, by part.

  --calls N      executed tool calls in the month. Default 1000000
  --ms N         billed milliseconds of a call; what a tool waits for counts. Default 10
  --memory MB    memory of the mcp function. Default 1024, as deployed
  --json         one JSON object`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const bill = billOf({
      calls: toNumber('calls', values.calls, 0, 1e12),
      ms: toNumber('ms', values.ms, 1, 28_000),
      memory: toNumber('memory', values.memory, 128, 10_240),
    });
    process.stdout.write(values.json ? `${JSON.stringify(bill)}\n` : `${print(bill)}\n`);
  },
};

function toNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && value >= least && value <= most) return value;
  throw new WrongUsage(`--${name} ${text} is no number from ${least} to ${most}.`);
}

function print({ usage, lines, usd, prices }: Bill): string {
  const money = (value: number) => value.toFixed(2).padStart(10);
  const rows = [
    ['part', 'counted', 'USD a month'],
    ...lines.map(({ part, quantity, usd: price }) => [part, quantity, money(price)]),
    ['Total', `${usage.calls.toLocaleString('en-US')} calls`, money(usd)],
  ];
  return `${toTable(rows)}\n\nPrices of ${prices.date}, ${prices.region}: ${prices.source}.`;
}
