import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { count, user } from './shapes.ts';

export const crmInit = defineBackendTool({
  name: 'crmInit',
  title: 'Start the CRM demo',
  description: 'Makes sample deals for the signed-in user, if there are none, and suggests what to ask next.',
  scopes: ['starter.crm'],
  backend: 'demo',
  input: z.strictObject({}),
  output: z.strictObject({
    ok: z.literal(true),
    welcome: z.strictObject({
      user,
      seeded: z.boolean().describe('Whether the deals were made just now'),
      createdDeals: count,
      dbUsers: count.describe('Users in the whole database'),
      dbEntries: count.describe('Deals in the whole database'),
      try: z.array(z.string()),
    }),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  request: { method: 'POST', path: '/crm/init' },
  summary: ({ welcome: { user: you, dbUsers, dbEntries, try: next } }) =>
    `Welcome, ${you}. The database has ${dbEntries} deals of ${dbUsers} users; you see your own. ${next[0] ?? ''}`,
});
