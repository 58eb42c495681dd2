import { z } from 'zod';
import type { InputRequired } from '../../shared/features/ask.ts';
import type { AuditRule } from '../../shared/features/feature.ts';
import { defineTool, type Tool, type ToolContext } from '../../shared/tools/define-tool.ts';
import { PROBE } from './observe.ts';

type Run = (context: ToolContext) => Promise<{ readonly done: string } | InputRequired>;

/** A tool that counts its runs: what must not be executed is counted, not believed. */
export function createProbe(
  run: Run = async () => ({ done: 'yes' }),
  readOnlyHint = true,
  audit: AuditRule = {},
): {
  readonly tool: Tool;
  readonly runs: () => number;
} {
  let runs = 0;
  const tool = defineTool({
    name: PROBE,
    title: 'Probe',
    description: 'Counts.',
    scopes: ['starter.echo'],
    input: z.strictObject({ note: z.string() }),
    output: z.strictObject({ done: z.string() }),
    annotations: { readOnlyHint },
    audit,
    run: (_input, context) => {
      runs++;
      return run(context);
    },
  });
  return { tool, runs: () => runs };
}
