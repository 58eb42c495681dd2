import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { AuditKey } from '../../../shared/core/audit-key.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { linkKey, userKey } from '../../../shared/identity/keys.ts';
import { createIdentity } from '../../../shared/identity/resolve.ts';
import { ISSUER, NOW } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';

const run = promisify(execFile);
let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

function identity(options: { provisioning?: 'auto' | 'deny'; now?: number; dynamo?: Dynamo } = {}) {
  const { provisioning = 'auto', now = NOW, dynamo = database.dynamo } = options;
  return createIdentity({ dynamo, table: database.identities, clock: () => now, provisioning });
}

test('a person is one uid on every instance, and another at another issuer', async () => {
  const first = await identity().resolve({ issuer: ISSUER, subject: 'ada' });
  const again = await identity().resolve({ issuer: ISSUER, subject: 'ada' });
  const elsewhere = await identity().resolve({ issuer: `${ISSUER}/`, subject: 'ada' });
  expect([first, again, elsewhere.uid === first.uid]).toEqual([
    {
      uid: expect.stringMatching(/^usr_[0-9A-HJKMNP-TV-Z]{26}$/),
      status: 'active',
      roles: [],
      auditKey: expect.any(AuditKey),
    },
    first,
    false,
  ]);
});

test('issuer and subject cannot run into each other', async () => {
  const a = await identity().resolve({ issuer: 'https://a.example/x', subject: 'y' });
  const b = await identity().resolve({ issuer: 'https://a.example/', subject: 'xy' });
  expect(a.uid).not.toBe(b.uid);
});

test('find creates nobody', async () => {
  const who = { issuer: ISSUER, subject: 'unseen' };
  const before = await database.dump();
  expect([await identity().find(who), await identity().find(who)]).toEqual([undefined, undefined]);
  expect(await database.dump()).toEqual(before);
});

test('deny refuses whom nobody created, and admits whom somebody did', async () => {
  const who = { issuer: ISSUER, subject: 'grace' };
  await expect(identity({ provisioning: 'deny' }).resolve(who)).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
  const { uid } = await identity().resolve(who);
  expect(await identity({ provisioning: 'deny' }).resolve(who)).toMatchObject({ uid, status: 'active' });
});

test('a user disabled in the table is disabled at the next call of the same instance', async () => {
  const who = { issuer: ISSUER, subject: 'mallory' };
  const same = identity();
  const { uid } = await same.resolve(who);
  await database.dynamo.put(database.identities, { ...userKey(uid), status: 'disabled' });
  expect(await same.resolve(who)).toEqual({ uid, status: 'disabled', roles: [] });
});

describe('a link whose user was never written', () => {
  const orphan = async (subject: string, createdAt: number) => {
    const uid = `usr_ORPHAN${subject}` as Uid;
    await database.dynamo.put(database.identities, { ...linkKey(ISSUER, subject), uid, createdAt });
    return uid;
  };

  test('is finished while it is young', async () => {
    const uid = await orphan('young', NOW - 59_000);
    expect(await identity().resolve({ issuer: ISSUER, subject: 'young' })).toEqual({
      uid,
      status: 'active',
      roles: [],
      auditKey: expect.any(AuditKey),
    });
  });

  test('is not finished by looking, nor where users are not made', async () => {
    const who = { issuer: ISSUER, subject: 'looked' };
    const uid = await orphan('looked', NOW - 1000);
    const before = await database.dump();
    expect([await identity().find(who), await identity({ provisioning: 'deny' }).resolve(who)]).toEqual([
      { uid, status: 'disabled', roles: [] },
      { uid, status: 'disabled', roles: [] },
    ]);
    expect(await database.dump()).toEqual(before);
  });

  test('is refused when it is old: nothing may resurrect somebody', async () => {
    const uid = await orphan('old', NOW - 60_000);
    expect(await identity().resolve({ issuer: ISSUER, subject: 'old' })).toEqual({
      uid,
      status: 'disabled',
      roles: [],
    });
  });
});

test.each([
  ['no status', {}],
  ['a status in capitals', { status: 'ACTIVE' }],
  ['a status that is no text', { status: true }],
])('a user with %s is disabled, and roles are texts', async (_name, more) => {
  const who = { issuer: ISSUER, subject: `odd ${JSON.stringify(more)}` };
  const { uid } = await identity().resolve(who);
  await database.dynamo.put(database.identities, { ...userKey(uid), roles: ['admin', 7], ...more });
  expect(await identity().resolve(who)).toEqual({ uid, status: 'disabled', roles: ['admin'] });
});

test.each(['get', 'putIfAbsent'] as const)('a table whose %s fails is 503: nobody is known', async (operation) => {
  const dynamo = { ...database.dynamo, [operation]: () => Promise.reject(new Error('down')) };
  const attempt = identity({ dynamo }).resolve({ issuer: ISSUER, subject: 'someone' });
  await expect(attempt).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
});

test('50 first calls at once from 5 processes get one uid', async () => {
  const script = ['--no-warnings', '--import', 'tsx', 'test/support/resolve-in-process.ts'];
  const args = [...script, database.endpoint, database.identities, 'everybody', '10'];
  const env = { ...process.env, NODE_OPTIONS: '', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const outputs = await Promise.all(Array.from({ length: 5 }, () => run(process.execPath, args, { env })));
  const uids = outputs.flatMap(({ stdout }) => stdout.trim().split('\n'));
  expect([uids.length, new Set(uids).size]).toEqual([50, 1]);
}, 60_000);
