import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { adds, note } from './shapes.ts';

export const addNote = defineBackendTool({
  name: 'addNote',
  title: 'Add a note',
  description: 'Keeps a note for the signed-in user.',
  scopes: ['starter.notes'],
  backend: 'demo',
  input: z.strictObject({ text: z.string().min(1).max(2000).describe('The note') }),
  output: z.strictObject({ ok: z.literal(true), note }),
  annotations: adds,
  request: { method: 'POST', path: '/notes' },
  explain: ({ status }) =>
    status === 409 ? 'There is no room for another note.' : status === 400 ? 'A note needs some text.' : undefined,
  summary: ({ note: { text } }) => `Added note: ${text.slice(0, 120).toWellFormed()}`,
});
