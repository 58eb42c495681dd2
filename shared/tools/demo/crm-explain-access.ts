import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { count, reads, user } from './shapes.ts';

const lines = z.array(z.string());

export const crmExplainAccess = defineBackendTool({
  name: 'crmExplainAccess',
  title: 'Explain my access',
  description: 'Tells what the signed-in user can and cannot read in the CRM, and what enforces that.',
  scopes: ['starter.crm'],
  backend: 'demo',
  input: z.strictObject({}),
  output: z.strictObject({
    ok: z.literal(true),
    access: z.strictObject({
      you_are: user,
      can_access: lines,
      cannot_access: lines,
      why: lines,
      proof: z.strictObject({ seeded_now: z.boolean(), created_deals: count, db_users: count, db_entries: count }),
      try_next: lines,
    }),
  }),
  annotations: reads,
  request: { method: 'GET', path: '/crm/access' },
  summary: ({ access: { you_are, can_access, cannot_access, why } }) =>
    `You are ${you_are}. You can read: ${can_access.join('; ')}. You cannot read: ${cannot_access.join('; ')}. ${why[2] ?? ''}.`,
});
