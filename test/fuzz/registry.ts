import { z } from 'zod';
import { ask, askForm } from '../../shared/features/ask.ts';
import { content, text } from '../../shared/features/content.ts';
import { definePrompt, said } from '../../shared/prompts/define-prompt.ts';
import { deployed, type Registry } from '../../shared/registry/index.ts';
import { defineResource, defineResourceTemplate } from '../../shared/resources/define-resource.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';

/** What is deployed, and things that let more in, or give back what they were given in each way there is. */
const common = { title: 'T', description: 'd', scopes: [] };
const base = {
  ...common,
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
const noisy = defineTool({
  ...common,
  name: 'noisy',
  annotations: { readOnlyHint: true },
  input: z.looseObject({}),
  run: (input, { progress, notify }) => {
    const given = JSON.stringify(input);
    progress(1, 2, given);
    notify('error', input);
    return content(text(given));
  },
});
const asks = defineTool({
  ...common,
  name: 'asks',
  annotations: { readOnlyHint: false },
  input: z.looseObject({}),
  run: (input, { answers }) =>
    answers.size > 0
      ? content(text(JSON.stringify([...answers])))
      : ask({ sure: askForm('Sure?', z.object({ yes: z.boolean() })) }, input),
});

const hello = definePrompt({
  ...common,
  name: 'hello',
  arguments: { who: { description: 'd', complete: (typed) => [typed] } },
  get: ({ who = '' }) => [said('user', who)],
});
const fixed = defineResource({
  ...common,
  name: 'fixed',
  uri: 'test://fixed',
  mimeType: 'text/plain',
  read: () => 'x',
});
const templated = defineResourceTemplate({
  ...common,
  name: 'templated',
  uriTemplate: 'test://{id}/b',
  mimeType: 'text/plain',
  complete: { id: (typed) => [typed] },
  read: (variables) => variables.get('id'),
});

export const REGISTRY: Registry = {
  ...deployed,
  tools: [...deployed.tools, loose, table, nested, noisy, asks],
  prompts: [hello],
  resources: [fixed, templated],
};
