import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { adds, note } from './shapes.ts';

export const seedMyNotes = defineBackendTool({
  name: 'seedMyNotes',
  title: 'Seed my notes',
  description: 'Adds sample notes for the signed-in user, for trying out listMyNotes.',
  scopes: ['starter.notes'],
  backend: 'demo',
  input: z.strictObject({ count: z.int().min(1).max(20).default(3).describe('How many') }),
  output: z.strictObject({ ok: z.literal(true), seeded: z.array(note) }),
  annotations: adds,
  request: { method: 'POST', path: '/notes/seed' },
  explain: ({ status }) => (status === 409 ? 'There is no room for so many notes.' : undefined),
  summary: ({ seeded }) => `Seeded ${seeded.length} notes.`,
});
