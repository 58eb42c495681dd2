import { z } from 'zod';
import { defineTool } from './define-tool.ts';

export const echo = defineTool({
  name: 'echo',
  title: 'Echo',
  description: 'Answers with the text it was given. For trying out the connection.',
  scopes: ['starter.echo'],
  input: z.strictObject({ text: z.string().min(1).max(4000).describe('What to send back') }),
  output: z.strictObject({ text: z.string() }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run: ({ text }) => ({ text }),
});
