import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { note, reads } from './shapes.ts';

export const listMyNotes = defineBackendTool({
  name: 'listMyNotes',
  title: 'List my notes',
  description: 'Lists the notes of the signed-in user, newest first.',
  scopes: ['starter.notes'],
  backend: 'demo',
  input: z.strictObject({}),
  output: z.strictObject({ ok: z.literal(true), notes: z.array(note) }),
  annotations: reads,
  request: { method: 'GET', path: '/notes' },
  summary: ({ notes }) => `You have ${notes.length} notes.`,
});
