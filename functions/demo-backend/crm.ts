import { z } from 'zod';
import { ok, refuse } from './answer.ts';
import type { UserData } from './data.ts';
import { summarise } from './deals.ts';
import { type Route, route } from './route.ts';

const SCOPE = 'starter.crm';
const NOTHING = z.strictObject({});
const QUARTER = z.strictObject({
  year: z.coerce.number().int().min(2000).max(2100),
  quarter: z.coerce.number().int().min(1).max(4),
});

const TRY = [
  'Ask for the sales summary of Q4 2025',
  'Ask what you can access and why',
  'Try to read the sales of another user',
];

/** What every answer that shows the size of the database has, and the deals of this user. */
async function lookAt(data: UserData) {
  const { deals, seeded } = await data.deals();
  return { seeded, createdDeals: seeded ? deals.length : 0, ...(await data.counts()) };
}

export const CRM_ROUTES: readonly Route[] = [
  route('POST', '/crm/init', SCOPE, NOTHING, async (_input, data) =>
    ok({ welcome: { user: data.label, ...(await lookAt(data)), try: TRY } }),
  ),
  route('GET', '/crm/sales', SCOPE, QUARTER, async (quarter, data) => {
    const { deals } = await data.deals();
    return ok({ user: data.label, summary: summarise(deals, quarter) });
  }),
  route('GET', '/crm/sales/of', SCOPE, z.strictObject({ user: z.string().min(1).max(200) }), ({ user }, data) =>
    crossUserRead(user, data),
  ),
  route('GET', '/crm/access', SCOPE, NOTHING, async (_input, data) => explain(data)),
  route('POST', '/crm/reset', SCOPE, NOTHING, async (_input, data) => {
    const deals = await data.resetDeals();
    const counts = await data.counts();
    return ok({ reset: true, user: data.label, seeded: true, createdDeals: deals.length, ...counts });
  }),
];

/** There is nothing to look up: rows are found by the `sub` of the assertion, and this asks for somebody else's. */
function crossUserRead(target: string, { label }: UserData) {
  if (target === label) return refuse(400, 'that_is_you');
  return refuse(403, 'cross_user_access_denied', {
    requested_target: target,
    actual_scope: label,
    explanation: 'Rows are looked up by the verified user of the assertion. A name in the arguments selects nothing.',
    how_to_demo: 'Sign in as two users, ask both for the same quarter and compare: the numbers differ.',
  });
}

async function explain(data: UserData) {
  const { seeded, createdDeals, dbUsers, dbEntries } = await lookAt(data);
  return ok({
    access: {
      you_are: data.label,
      can_access: ['Your own deals', 'Sales summaries of your own deals', 'Your own notes'],
      cannot_access: ['Deals of other users', 'Summaries over all users', 'Notes of other users'],
      why: [
        'The gateway verified your access token and signed who you are into an assertion for this one request',
        'This backend verified the assertion with the public keys of the gateway',
        'Every row is stored under the user of the assertion, and no argument can name another',
      ],
      proof: { seeded_now: seeded, created_deals: createdDeals, db_users: dbUsers, db_entries: dbEntries },
      try_next: TRY,
    },
  });
}
