import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { localDynamo } from '../../../cli/dev/local-dynamo.ts';
import { type EraseOptions, eraseUser } from '../../../shared/audit/erase.ts';
import { createEventWriter } from '../../../shared/audit/events.ts';
import { createUserHolds } from '../../../shared/audit/hold.ts';
import { leafHash } from '../../../shared/audit/record.ts';
import { findCallKey, revealArguments } from '../../../shared/audit/reveal.ts';
import type { Item } from '../../../shared/aws/dynamodb.ts';
import { createSetAttribute } from '../../../shared/aws/set-attribute.ts';
import { userKey } from '../../../shared/identity/keys.ts';
import { newAuditKey } from '../../../shared/identity/resolve.ts';
import { defineTool } from '../../../shared/tools/define-tool.ts';
import { NOW } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { createTestGateway } from '../../support/gateway.ts';

const ACTOR = { issuer: 'local', subject: 'officer' } as const;
const MONTH = new Date(NOW).toISOString().slice(0, 7).replace('-', '');

const tool = defineTool({
  name: 'send-money',
  title: 'Send',
  description: 'Sends.',
  scopes: [],
  audit: { level: 'full' },
  annotations: { readOnlyHint: false },
  input: z.strictObject({ to: z.string() }),
  output: z.strictObject({ done: z.boolean() }),
  run: () => ({ done: true }),
});

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

async function recordsOf(subject: string): Promise<readonly Item[]> {
  const items = (await database.dump()).map((item) => unmarshall(item as Parameters<typeof unmarshall>[0]));
  return items.filter((item) => item['subject'] === subject && String(item['pk']).startsWith('D#'));
}

async function stage(subject: string) {
  const gateway = createTestGateway(database, { tools: [tool] });
  const token = await gateway.token({ sub: subject });
  const params = { name: 'send-money', arguments: { to: 'bob' } };
  const answer = await gateway.rpc({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { token });
  const intent = (await recordsOf(subject)).find(({ sk }) => String(sk).endsWith('#0'))!;
  const { dynamo, audit, identities, state } = database;
  const events = createEventWriter({ dynamo, table: audit, clock: () => NOW, retentionDays: 1 });
  const holds = createUserHolds({ dynamo, table: state, clock: () => NOW, events });
  const setAttribute = createSetAttribute(localDynamo(database.endpoint));
  const erasing: EraseOptions = {
    dynamo,
    setAttribute,
    table: identities,
    userKey,
    newKey: newAuditKey,
    holds,
    events,
  };
  const reading = { dynamo, identities, state, userKey };
  return { answer, intent, uid: String(intent['uid']), holds, erasing, reading };
}

const eventsOf = async (action: string, uid: string) =>
  (await recordsOf('officer')).filter(({ method, detail }) => method === action && String(detail).includes(uid));

describe('erasing a user', () => {
  test('makes digests and sealed arguments unreadable; every record keeps its bytes and its hash', async () => {
    const { answer, intent, uid, erasing, reading } = await stage('erased');
    const digest = async () => (await findCallKey(uid, MONTH, reading))?.digest({ to: 'bob' });
    expect([answer.status, await digest(), await revealArguments(intent, reading)]).toEqual([
      200,
      intent['argsDigest'],
      { kind: 'arguments', level: 'full', json: '{"to":"bob"}' },
    ]);
    const before = await recordsOf('erased');
    expect(await eraseUser(uid, ACTOR, erasing)).toEqual({ kind: 'erased' });
    expect([(await digest()) === intent['argsDigest'], await revealArguments(intent, reading)]).toEqual([
      false,
      { kind: 'unreadable' },
    ]);
    expect(await recordsOf('erased')).toEqual(before);
    expect(before.map(leafHash)).toEqual(before.map(({ hash }) => hash));
    expect((await eventsOf('audit/erase', uid)).length).toBe(1);
  });

  test('leaves the rest of the user alone, and the next call has a digest again', async () => {
    const { uid, erasing } = await stage('kept');
    const read = () => database.dynamo.get(database.identities, userKey(uid), { consistent: true });
    const { auditKey: old, ...before } = (await read())!;
    await eraseUser(uid, ACTOR, erasing);
    const { auditKey, ...after } = (await read())!;
    expect([after, auditKey === old]).toEqual([before, false]);
    const { intent } = await stage('kept');
    expect(intent['argsDigest']).toEqual(expect.stringMatching(/^[\w-]{43}$/));
  });

  test('is refused under legal hold, until that is released', async () => {
    const { uid, erasing, holds } = await stage('held');
    const hold = { uid, reason: 'case 7', by: 'local:officer', since: NOW };
    expect(await holds.place(uid, 'case 7', ACTOR)).toEqual({ ...hold, isNew: true });
    expect(await holds.place(uid, 'case 8', ACTOR)).toEqual({ ...hold, isNew: false });
    expect(await eraseUser(uid, ACTOR, erasing)).toEqual({ kind: 'held', hold });
    expect([await holds.release(uid, ACTOR), await holds.release(uid, ACTOR)]).toEqual([true, false]);
    expect(await eraseUser(uid, ACTOR, erasing)).toEqual({ kind: 'erased' });
    const counts = ['audit/hold', 'audit/release', 'audit/erase'].map(
      async (action) => (await eventsOf(action, uid)).length,
    );
    expect(await Promise.all(counts)).toEqual([1, 1, 1]);
  });

  test('is stopped by a hold that is placed while it is under way', async () => {
    const { uid, erasing, holds, intent, reading } = await stage('held-meanwhile');
    const admin: typeof erasing.events.admin = async (event) => {
      await holds.place(uid, 'case 9', ACTOR);
      return erasing.events.admin(event);
    };
    const erased = await eraseUser(uid, ACTOR, { ...erasing, events: { ...erasing.events, admin } });
    expect(erased).toMatchObject({ kind: 'held', hold: { reason: 'case 9' } });
    expect(await revealArguments(intent, reading)).toMatchObject({ kind: 'arguments' });
  });

  test('of nobody makes nobody', async () => {
    const { erasing } = await stage('somebody');
    const uid = 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    expect([
      await eraseUser(uid, ACTOR, erasing),
      await erasing.setAttribute(database.identities, userKey(uid), { name: 'auditKey', value: 'x' }),
      await database.dynamo.get(database.identities, userKey(uid)),
    ]).toEqual([{ kind: 'unknown' }, false, undefined]);
  });

  test('does not happen without its event', async () => {
    const { intent, uid, erasing, reading } = await stage('unrecorded');
    const admin = () => Promise.reject(new Error('the table is down'));
    await expect(eraseUser(uid, ACTOR, { ...erasing, events: { ...erasing.events, admin } })).rejects.toThrow('down');
    expect(await revealArguments(intent, reading)).toMatchObject({ kind: 'arguments' });
  });
});
