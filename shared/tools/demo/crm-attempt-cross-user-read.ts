import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { reads } from './shapes.ts';

const denial = z.strictObject({
  ok: z.literal(false),
  error: z.string(),
  requested_target: z.string(),
  actual_scope: z.string().describe('Whose data the signed-in user can read'),
  explanation: z.string(),
  how_to_demo: z.string(),
});

export const crmAttemptCrossUserRead = defineBackendTool({
  name: 'crmAttemptCrossUserRead',
  title: 'Try to read another user’s sales',
  description: 'Asks the CRM for the sales of somebody else. It refuses: for showing that it does.',
  scopes: ['starter.crm'],
  backend: 'demo',
  input: z.strictObject({ targetUser: z.string().min(1).max(200).describe('Another user, by any name') }),
  output: denial,
  annotations: reads,
  request: { method: 'GET', path: '/crm/sales/of', query: ({ targetUser }) => ({ user: targetUser }) },
  explain: ({ status, body }) => {
    if (status === 400) return 'That is you. Name somebody else.';
    const { success, data } = denial.safeParse(body);
    if (status !== 403 || !success) return undefined;
    const message = `Access denied. Requested ${data.requested_target} but your scope is ${data.actual_scope}. ${data.explanation}`;
    return { message, structured: data };
  },
});
