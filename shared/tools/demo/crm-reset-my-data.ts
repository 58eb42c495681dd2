import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { count, user } from './shapes.ts';

export const crmResetMyData = defineBackendTool({
  name: 'crmResetMyData',
  title: 'Reset my CRM data',
  description: 'Throws away the deals of the signed-in user and makes the sample deals anew.',
  scopes: ['starter.crm'],
  backend: 'demo',
  input: z.strictObject({}),
  output: z.strictObject({
    ok: z.literal(true),
    reset: z.literal(true),
    user,
    seeded: z.boolean(),
    createdDeals: count,
    dbUsers: count,
    dbEntries: count,
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  request: { method: 'POST', path: '/crm/reset' },
  summary: ({ user: you, createdDeals }) => `Reset complete for ${you}. Reseeded ${createdDeals} sample deals.`,
});
