import { z } from 'zod';
import { tools as registry } from '../../shared/tools/all.ts';
import { defineTool, type Tool } from '../../shared/tools/define-tool.ts';

/** The tools of the gateway, and some whose schemas let more in. Each tells what reached it. */
const base = {
  title: 'T',
  description: 'd',
  scopes: [],
  output: z.strictObject({ names: z.array(z.string()), isPlain: z.boolean() }),
  annotations: { readOnlyHint: true },
};
const seen = (input: object) => ({
  names: Object.keys(input),
  isPlain: Object.getPrototypeOf(input) === Object.prototype || Object.getPrototypeOf(input) === null,
});

const loose = defineTool({ ...base, name: 'loose', input: z.looseObject({}), run: seen });
const table = defineTool({
  ...base,
  name: 'table',
  input: z.strictObject({ rows: z.record(z.string(), z.number()) }),
  run: ({ rows }) => seen(rows),
});
const nested = defineTool({
  ...base,
  name: 'nested',
  input: z.strictObject({
    kind: z.enum(['a', 'b']),
    count: z.int().min(0).max(10).optional(),
    list: z.array(z.strictObject({ x: z.number().nullable() })).max(5),
    either: z.union([z.string().max(10), z.boolean()]).default(false),
  }),
  run: seen,
});

export const TOOLS: readonly Tool[] = [...registry, loose, table, nested];
