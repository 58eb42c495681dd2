import { z } from 'zod';
import { defineBackendTool } from '../define-backend-tool.ts';
import { count, reads, user } from './shapes.ts';

export const crmGetSalesSummary = defineBackendTool({
  name: 'crmGetSalesSummary',
  title: 'Sales of a quarter',
  description: 'Won deals and revenue of the signed-in user in one quarter. There is data for 2024 and 2025.',
  scopes: ['starter.crm'],
  backend: 'demo',
  input: z.strictObject({
    year: z.int().min(2000).max(2100),
    quarter: z.int().min(1).max(4),
  }),
  output: z.strictObject({
    ok: z.literal(true),
    user,
    summary: z.strictObject({
      year: z.int(),
      quarter: z.int(),
      range: z.strictObject({ start: z.string(), endExclusive: z.string() }),
      deals_won: count,
      revenue_cents: count.describe('US cents'),
    }),
  }),
  annotations: reads,
  request: { method: 'GET', path: '/crm/sales' },
  summary: ({ summary: { year, quarter, revenue_cents, deals_won } }) =>
    `Sales in Q${quarter} ${year}: $${Math.round(revenue_cents / 100).toLocaleString('en-US')} across ${deals_won} won ${deals_won === 1 ? 'deal' : 'deals'}.`,
});
