import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { type CallFacts, denialRecord, intentRecord, outcomeRecord } from '../../shared/audit/record.ts';
import { createAuditWriter } from '../../shared/audit/write.ts';
import { createDynamo, type Item } from '../../shared/aws/dynamodb.ts';
import { uuidv7 } from '../../shared/core/ids.ts';
import type { Uid } from '../../shared/core/principal.ts';
import { userKey } from '../../shared/identity/keys.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import { createUserStore } from '../../shared/store/user-store.ts';
import { ISSUER, NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import type { Engine } from '../support/engines.ts';
import { captureLog } from '../support/log.ts';

/** What the project relies on of a database, asked of any engine. */
export function storeContract(engine: Engine): void {
  describe(`the store on ${engine.name}`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase(engine);
    }, 120_000);
    afterAll(() => database.stop());

    itemContract(engine, () => database);
    pageContract(() => database);
    identityContract(() => database);
    auditContract(engine, () => database);
    userStoreContract(() => database);
  });
}

function itemContract(engine: Engine, database: () => TestDatabase): void {
  const key = (pk: string) => ({ pk, sk: 'ITEM' });

  test('an item comes back as it was put: text, numbers, truth, lists and maps, and no undefined member', async () => {
    const { dynamo, state } = database();
    const item = { ...key('whole'), text: 'ü\u0000"', n: 1.5, yes: true, none: null, list: ['a', 1], map: { a: {} } };
    await dynamo.put(state, { ...item, absent: undefined });
    expect(await dynamo.get(state, key('whole'), { consistent: true })).toEqual(item);
  });

  test('what is not there is undefined, and deleting it is no error', async () => {
    const { dynamo, state } = database();
    await dynamo.delete(state, key('never'));
    expect(await dynamo.get(state, key('never'))).toBeUndefined();
  });

  test('put replaces, putIfAbsent does not, and after a delete the place is free', async () => {
    const { dynamo, state } = database();
    const put = (n: number) => dynamo.putIfAbsent(state, { ...key('once'), n });
    const first = await put(1);
    const second = await put(2);
    await dynamo.put(state, { ...key('once'), n: 3 });
    const replaced = await dynamo.get(state, key('once'), { consistent: true });
    await dynamo.delete(state, key('once'));
    expect([first, second, replaced, await put(4)]).toEqual([
      { created: true },
      { created: false, existing: engine.returnsOldItem ? { ...key('once'), n: 1 } : undefined },
      { ...key('once'), n: 3 },
      { created: true },
    ]);
  });

  test('putIfAbsent takes the place of what has expired, when it is told the time', async () => {
    const { dynamo, state } = database();
    const put = (n: number, options = {}) =>
      dynamo.putIfAbsent(state, { ...key('expired'), n, ttl: 1000 + n }, options);
    await put(1);
    const results = [await put(2), await put(2, { orExpiredAt: 1000 }), await put(2, { orExpiredAt: 1001 })];
    expect(results.map(({ created }) => created)).toEqual([false, false, true]);
  });

  test('of 20 clients that write the same key at once, one wins, and its item stays', async () => {
    const { endpoint, dynamo, state } = database();
    const clients = Array.from({ length: 20 }, () => createDynamo(localDynamo(endpoint)));
    const results = await Promise.all(clients.map((own, n) => own.putIfAbsent(state, { ...key('race'), n })));
    const winners = results.flatMap(({ created }, n) => (created ? [n] : []));
    expect([winners.length, await dynamo.get(state, key('race'), { consistent: true })]).toEqual([
      1,
      { ...key('race'), n: winners[0] },
    ]);
  });

  test('a table that is not there, and an item over 400 KB, are errors', async () => {
    const { dynamo, state } = database();
    await expect(dynamo.get('NoSuchTable', key('a'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(dynamo.put(state, { ...key('big'), text: 'x'.repeat(410_000) })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
}

function pageContract(database: () => TestDatabase): void {
  test('a query walks its range page by page, in either direction, and both ends are in it', async () => {
    const { dynamo, state } = database();
    for (let n = 0; n < 10; n++) await dynamo.put(state, { pk: 'pages', sk: `k${n}` });
    const walk = async (newestFirst: boolean) => {
      const pages: string[][] = [];
      let cursor: Item | undefined;
      do {
        const page = await dynamo.query(state, {
          partition: { name: 'pk', value: 'pages' },
          sort: { name: 'sk', from: 'k2', to: 'k7' },
          limit: 4,
          newestFirst,
          ...(cursor === undefined ? {} : { cursor }),
        });
        pages.push(page.items.map(({ sk }) => String(sk)));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return pages;
    };
    expect([await walk(true), await walk(false)]).toEqual([
      [
        ['k7', 'k6', 'k5', 'k4'],
        ['k3', 'k2'],
      ],
      [
        ['k2', 'k3', 'k4', 'k5'],
        ['k6', 'k7'],
      ],
    ]);
  });
}

function identityContract(database: () => TestDatabase): void {
  const identity = () => {
    const { endpoint, identities } = database();
    const dynamo = createDynamo(localDynamo(endpoint));
    return createIdentity({ dynamo, table: identities, clock: () => NOW, provisioning: 'auto' });
  };

  test('20 first calls of one person on 20 instances get one uid', async () => {
    const who = { issuer: ISSUER, subject: 'everybody' };
    const accounts = await Promise.all(Array.from({ length: 20 }, () => identity().resolve(who)));
    expect(new Set(accounts.map(({ uid }) => uid)).size).toBe(1);
    expect(accounts.map(({ status }) => status)).toEqual(Array(20).fill('active'));
  });

  test('a user disabled in the table is disabled on every instance', async () => {
    const who = { issuer: ISSUER, subject: 'mallory' };
    const same = identity();
    const { uid } = await same.resolve(who);
    await database().dynamo.put(database().identities, { ...userKey(uid), status: 'disabled', roles: ['admin'] });
    const disabled = { uid, status: 'disabled', roles: ['admin'] };
    expect([await same.resolve(who), await identity().resolve(who)]).toEqual([disabled, disabled]);
  });
}

function facts(at: number, subject: string): CallFacts {
  return {
    callId: uuidv7(() => at),
    requestId: 'request-1',
    principal: { issuer: ISSUER, subject, clientId: 'client', scopes: ['starter.echo'], tokenId: 'jti' },
    uid: `usr_${subject}` as Uid,
    method: 'tools/call',
    tool: 'echo',
    requestedName: 'echo',
    door: 'mcp',
    revision: '2026-07-28',
    sourceIp: '192.0.2.1',
    userAgent: 'agent/1',
    toolVersion: 'x'.repeat(16),
    args: { argsLevel: 'keys', argsDigest: 'x'.repeat(43), argsKeys: ['message'] },
  };
}

function auditContract(engine: Engine, database: () => TestDatabase): void {
  const writer = () => {
    const { log, lines } = captureLog();
    const { dynamo, audit: table } = database();
    const { intent, ...rest } = createAuditWriter({ dynamo, table, clock: () => NOW, log, retentionDays: 1 });
    return { lines, ...rest, intent: (own: CallFacts) => intent(own, NOW + 10_000) };
  };
  const ok = { isError: false, errorType: undefined, latencyMs: 3 };

  test('a call written twice is one call; another record under its id is refused', async () => {
    const own = facts(NOW, 'repeat');
    const { intent, lines } = writer();
    const first = await intent(own);
    expect(await intent(own)).toEqual(first);
    const other = { ...own, tool: 'whoami' };
    if (engine.returnsOldItem) await expect(intent(other)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    // Without the old item the writer cannot tell, keeps the first record, and says so.
    else await intent(other);
    expect(lines.map(({ event }) => event)).toEqual(
      engine.returnsOldItem ? ['audit.conflict'] : ['audit.repeat_unconfirmed', 'audit.repeat_unconfirmed'],
    );
  });

  test('questions by user, by denial and by time find what was written, over pages', async () => {
    const { intent, outcome, denial } = writer();
    const from = NOW + 3_600_000;
    await denial(facts(from, 'pages'), 'INSUFFICIENT_SCOPE', 'scope_missing');
    for (let at = 1; at <= 205; at += 5) {
      await Promise.all(
        Array.from({ length: 5 }, async (_, n) => outcome(await intent(facts(from + at + n, 'pages')), ok)),
      );
    }
    const reader = createAuditReader({ dynamo: database().dynamo, table: database().audit });
    const range = { since: from, until: from + 1000, limit: 1000 };
    const times = async (more: object) => (await reader.query({ ...range, ...more })).map(({ time }) => time - from);
    const all = Array.from({ length: 206 }, (_, n) => 205 - n);
    expect([
      await times({}),
      await times({ who: 'usr_pages' }),
      await times({ decision: 'denied' }),
      await times({ since: from + 7, until: from + 9 }),
      await times({ who: 'usr_nobody' }),
    ]).toEqual([all, all, [0], [9, 8, 7], []]);
  });

  test('write units of the records, as this engine counts them', async () => {
    const { endpoint, audit } = database();
    const client = new DynamoDBClient(localDynamo(endpoint));
    const own = facts(NOW, 'units');
    const stamp = { ttl: NOW / 1000, logTs: NOW, region: 'eu-central-1', fnVersion: '0.1.0' };
    const other = { ...own, callId: uuidv7(() => NOW) };
    const records = [
      intentRecord(own, stamp),
      outcomeRecord(intentRecord(own, stamp), ok, stamp),
      outcomeRecord(intentRecord(other, stamp), { ...ok, isError: true }, stamp),
      denialRecord(own, 'INSUFFICIENT_SCOPE', undefined, stamp),
    ];
    const units: (number | undefined)[] = [];
    for (const record of records) {
      const Item = marshall(record, { removeUndefinedValues: true });
      const put = new PutItemCommand({ TableName: audit, Item, ReturnConsumedCapacity: 'INDEXES' });
      units.push((await client.send(put)).ConsumedCapacity?.CapacityUnits);
    }
    client.destroy();
    expect(units).toEqual([0, 1, 2, 2].map(engine.writeUnits));
  });
}

function userStoreContract(database: () => TestDatabase): void {
  test('a value is read back by its user alone, and is gone at its end of life before any engine deletes it', async () => {
    let now = NOW;
    const storeOf = createUserStore(database().dynamo, database().state, () => now);
    const mine = storeOf('usr_alice' as Uid, 'notes');
    await mine.put('k', { text: 'mine' }, { ttlSeconds: 60 });
    const other = await storeOf('usr_bob' as Uid, 'notes').get('k');
    now += 59_000;
    const before = await mine.get('k');
    now += 1000;
    expect([other, before, await mine.get('k')]).toEqual([undefined, { text: 'mine' }, undefined]);
  });
}
