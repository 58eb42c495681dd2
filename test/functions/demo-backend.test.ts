import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { seedDeals, summarise } from '../../functions/demo-backend/deals.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createDemoWorld } from '../support/demo-backend.ts';

const ALICE = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF';
const BOB = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EG';

let database: TestDatabase;
let world: ReturnType<typeof createDemoWorld>;
beforeAll(async () => {
  database = await startDatabase();
});
beforeEach(() => {
  world = createDemoWorld(database);
});
afterAll(() => database.stop());

const sales = { path: '/crm/sales', query: 'year=2025&quarter=4' };
const init = { method: 'POST', path: '/crm/init', body: {} } as const;

describe('the CRM', () => {
  test('makes the deals of a user once, and counts what is in the whole database', async () => {
    const [first, again, other] = [
      await world.ask(ALICE, init),
      await world.ask(ALICE, init),
      await world.ask(BOB, init),
    ];
    const welcome = (answer: typeof first) => answer.body['welcome'] as Record<string, unknown>;
    const created = [first, other].map((answer) => Number(welcome(answer)['createdDeals']));
    expect([first, welcome(again)['seeded'], welcome(again)['createdDeals'], welcome(other)]).toEqual([
      {
        status: 200,
        body: {
          ok: true,
          welcome: {
            user: expect.stringMatching(/^user-[0-9a-f]{6}$/),
            seeded: true,
            createdDeals: expect.any(Number),
            dbUsers: 1,
            dbEntries: created[0],
            try: [expect.any(String), expect.any(String), expect.any(String)],
          },
        },
      },
      false,
      0,
      expect.objectContaining({ seeded: true, dbUsers: 2, dbEntries: created[0]! + created[1]! }),
    ]);
    expect(created.every((count) => count >= 40 && count <= 79)).toBe(true);
  });

  test('everybody has won something in each quarter that there is data for', () => {
    const quarters = [2024, 2025].flatMap((year) => [1, 2, 3, 4].map((quarter) => ({ year, quarter })));
    const users = Array.from({ length: 50 }, (_, at) => seedDeals(`usr_${at}`));
    const won = users.flatMap((deals) => quarters.map((one) => summarise(deals, one).deals_won));
    expect(Math.min(...won)).toBeGreaterThan(0);
  });

  test('sums up the won deals of one quarter, of this user alone', async () => {
    const [alice, again, bob] = [
      await world.ask(ALICE, sales),
      await world.ask(ALICE, sales),
      await world.ask(BOB, sales),
    ];
    const { user } = (await world.ask(ALICE, init)).body['welcome'] as { user: string };
    expect(alice).toEqual({
      status: 200,
      body: {
        ok: true,
        user,
        summary: {
          year: 2025,
          quarter: 4,
          range: { start: '2025-10-01', endExclusive: '2026-01-01' },
          deals_won: expect.any(Number),
          revenue_cents: expect.any(Number),
        },
      },
    });
    expect([again, bob.body['user'] === user, bob.body['summary']]).toEqual([
      alice,
      false,
      expect.not.objectContaining({
        revenue_cents: (alice.body['summary'] as { revenue_cents: number }).revenue_cents,
      }),
    ]);
  });

  test('has in its eight quarters every won deal once', async () => {
    const quarters = [2024, 2025].flatMap((year) => [1, 2, 3, 4].map((quarter) => `year=${year}&quarter=${quarter}`));
    const sums = await Promise.all(quarters.map((query) => world.ask(ALICE, { ...sales, query })));
    const won = sums.reduce((sum, { body }) => sum + (body['summary'] as { deals_won: number }).deals_won, 0);
    const [item] = (await database.dump()).filter((row) => JSON.stringify(row).includes(`DEALS#${ALICE}`)) as Array<{
      deals: { S: string };
    }>;
    const deals = JSON.parse(item!.deals.S) as ReadonlyArray<{ stage: string }>;
    expect([won > 0, won]).toEqual([true, deals.filter(({ stage }) => stage === 'won').length]);
  });

  test.each(['year=2025&quarter=7', 'year=x&quarter=1', 'year=2025', 'year=2025&quarter=1&user=bob'])(
    'refuses the quarter %s',
    async (query) => {
      expect(await world.ask(ALICE, { ...sales, query })).toEqual({
        status: 400,
        body: { ok: false, error: 'invalid_input' },
      });
    },
  );

  test('refuses the sales of anybody else, whatever name is given, and says what the user may read', async () => {
    const { user } = (await world.ask(ALICE, init)).body['welcome'] as { user: string };
    const answers = await Promise.all(
      ['bob', BOB, '../bob', `DEALS#${BOB}`].map((target) =>
        world.ask(ALICE, { path: '/crm/sales/of', query: `user=${encodeURIComponent(target)}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(answers[0]).toEqual({
      status: 403,
      body: {
        ok: false,
        error: 'cross_user_access_denied',
        requested_target: 'bob',
        actual_scope: user,
        explanation: expect.any(String),
        how_to_demo: expect.any(String),
      },
    });
    const self = await world.ask(ALICE, { path: '/crm/sales/of', query: `user=${user}` });
    expect(self).toEqual({ status: 400, body: { ok: false, error: 'that_is_you' } });
  });

  test('explains who may read what, and why', async () => {
    const three = [expect.any(String), expect.any(String), expect.any(String)];
    expect(await world.ask(ALICE, { path: '/crm/access' })).toEqual({
      status: 200,
      body: {
        ok: true,
        access: {
          you_are: expect.stringMatching(/^user-/),
          can_access: three,
          cannot_access: three,
          why: three,
          proof: { seeded_now: false, created_deals: 0, db_users: expect.any(Number), db_entries: expect.any(Number) },
          try_next: three,
        },
      },
    });
  });

  test('makes the same deals anew when asked to', async () => {
    const before = await world.ask(ALICE, sales);
    const reset = await world.ask(ALICE, { method: 'POST', path: '/crm/reset', body: {} });
    expect([reset.body, await world.ask(ALICE, sales)]).toEqual([
      {
        ok: true,
        reset: true,
        user: before.body['user'],
        seeded: true,
        createdDeals: expect.any(Number),
        dbUsers: expect.any(Number),
        dbEntries: expect.any(Number),
      },
      before,
    ]);
  });
});

describe('notes', () => {
  const add = (text: string) => ({ method: 'POST', path: '/notes', body: { text } }) as const;
  const textsOf = async (uid: string) => {
    const { body } = await world.ask(uid, { path: '/notes' });
    return (body['notes'] as ReadonlyArray<{ text: string }>).map(({ text }) => text);
  };

  test('are listed newest first, to their user alone', async () => {
    await world.ask(ALICE, { method: 'POST', path: '/notes/seed', body: { count: 2 } });
    world.time.now += 1000;
    const added = await world.ask(ALICE, add('Buy oats'));
    expect([added, await textsOf(ALICE), await textsOf(BOB)]).toEqual([
      {
        status: 200,
        body: {
          ok: true,
          note: {
            id: expect.stringMatching(/^note_\d+_/),
            text: 'Buy oats',
            createdAt: new Date(world.time.now).toISOString(),
          },
        },
      },
      ['Buy oats', expect.stringMatching(/^Hello user-.* \(#2\)$/), expect.stringMatching(/^Hello user-.* \(#1\)$/)],
      [],
    ]);
  });

  test('need a text, and are at most a hundred', async () => {
    const user = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EH';
    const empty = await world.ask(user, add('  '));
    for (let round = 0; round < 5; round++)
      await world.ask(user, { method: 'POST', path: '/notes/seed', body: { count: 20 } });
    const full = [
      await world.ask(user, add('x')),
      await world.ask(user, { method: 'POST', path: '/notes/seed', body: { count: 1 } }),
    ];
    const tooMany = { status: 409, body: { ok: false, error: 'too_many_notes', limit: 100 } };
    expect([empty, full, (await textsOf(user)).length]).toEqual([
      { status: 400, body: { ok: false, error: 'missing_text' } },
      [tooMany, tooMany],
      100,
    ]);
  });
});

describe('without a good assertion', () => {
  const refused = (error: string, status = 401) => ({ status, body: { ok: false, error } });

  test('nothing is answered', async () => {
    const good = await world.assertionFor(ALICE, sales);
    const [head, , signature] = good.split('.');
    const forged = Buffer.from(JSON.stringify({ sub: BOB })).toString('base64url');
    expect([
      await world.send(sales, ''),
      await world.send(sales, `${head}.${forged}.${signature}`),
      await world.send({ ...sales, query: 'year=2025&quarter=3' }, good),
      await world.send(sales, await world.assertionFor(ALICE, sales, { audience: 'somebody-else' })),
    ]).toEqual(['malformed', 'signature', 'request', 'audience'].map((code) => refused(`assertion_${code}`)));
  });

  test('the same one twice is refused, by any instance', async () => {
    const assertion = await world.assertionFor(ALICE, sales);
    const first = await world.send(sales, assertion);
    const again = [await world.send(sales, assertion), await world.send(sales, assertion, world.instance())];
    expect([first.status, ...again]).toEqual([200, refused('assertion_replayed'), refused('assertion_replayed')]);
  });

  test('a scope that the tool did not demand is missing here too', async () => {
    const assertion = await world.assertionFor(ALICE, sales, { scopes: ['starter.notes'] });
    expect(await world.send(sales, assertion)).toEqual(refused('insufficient_scope', 403));
  });

  test('the log names the user and the tool, and nothing of the assertion', async () => {
    const assertion = await world.assertionFor(ALICE, sales);
    await world.send(sales, assertion);
    expect(world.lines).toEqual([
      {
        level: 'info',
        event: 'demo.request',
        route: '/crm/sales',
        status: 200,
        error: undefined,
        uid: ALICE,
        tool: 'crmGetSalesSummary',
      },
    ]);
  });
});

test('what is not there is 404', async () => {
  expect(await world.ask(ALICE, { path: '/crm/deals' })).toEqual({
    status: 404,
    body: { ok: false, error: 'not_found' },
  });
});
