import { createHmac, hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type AuditLevel, describeArguments, openArguments } from '../../../shared/audit/arguments.ts';
import { deriveCallKey } from '../../../shared/audit/call-key.ts';
import { createArgumentKeeper } from '../../../shared/audit/keep-arguments.ts';
import { AuditKey } from '../../../shared/core/audit-key.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import { NOW } from '../../support/config.ts';
import { createMemoryTable } from '../../support/memory-table.ts';

const MONTH = Buffer.alloc(32, 1);
const USER_TEXT = Buffer.alloc(32, 2).toString('base64url');
const USER = AuditKey.read(USER_TEXT)!;
const KEY = deriveCallKey(MONTH, USER);
const CALL = uuidv7(() => NOW);
const of = (args: object, level: AuditLevel, names = true) =>
  describeArguments(args as Record<string, unknown>, level, KEY, {
    callId: CALL,
    names: names ? new Set(Object.keys(args).filter((name) => /^(?:[a-z]|name-\d\d|fine_1)$/.test(name))) : undefined,
  });

describe('what is kept of arguments', () => {
  const args = { b: 'x', a: { password: 'hunter2', n: 1 } };

  test('the digest is HMAC-SHA256 of the canonical JSON, under a key derived from month and user', () => {
    const key = Buffer.from(hkdfSync('sha256', MONTH, Buffer.alloc(32, 2), 'gatehouse/audit/digest', 32));
    const digest = createHmac('sha256', key).update('{"a":{"n":1,"password":"hunter2"},"b":"x"}').digest('base64url');
    expect(of(args, 'keys')).toEqual({ argsLevel: 'keys', argsDigest: digest, argsKeys: ['a', 'b'] });
  });

  test('none is nothing', () => {
    expect(of(args, 'none')).toEqual({ argsLevel: 'none' });
  });

  test('full seals the values, redacted those that are no secrets; both say how many bytes there were', () => {
    const [full, redacted] = [of(args, 'full'), of(args, 'redacted')];
    expect([full, redacted].map(({ argsSealed }) => openArguments(CALL, String(argsSealed), KEY))).toEqual([
      '{"a":{"n":1,"password":"hunter2"},"b":"x"}',
      '{"a":{"n":1,"password":"[redacted]"},"b":"x"}',
    ]);
    expect([full.argsBytes, redacted.argsBytes, full.argsDigest]).toEqual([42, 42, redacted.argsDigest]);
  });

  test('8 KB are sealed, and of more only the size is told', () => {
    const text = (bytes: number) => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) });
    const [fits, large] = [of(text(8192), 'full'), of(text(8193), 'full')];
    expect([fits.argsBytes, fits.argsMark, typeof fits.argsSealed]).toEqual([8192, undefined, 'string']);
    expect([large.argsBytes, large.argsMark, large.argsSealed]).toEqual([8193, 'too-large', undefined]);
  });

  test('a seal opens for its call and its keys only', () => {
    const sealed = String(of(args, 'full').argsSealed);
    const other = deriveCallKey(MONTH, AuditKey.read(Buffer.alloc(32, 3).toString('base64url'))!);
    expect([
      openArguments(
        uuidv7(() => NOW),
        sealed,
        KEY,
      ),
      openArguments(CALL, sealed, other),
    ]).toEqual([undefined, undefined]);
  });

  test('names are bounded, and none is a text or a secret; of what does not exist there are none', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`name-${String(n).padStart(2, '0')}`, 1]));
    const odd = { 'two words': 1, AKIAIOSFODNN7EXAMPLE: 1, ['x'.repeat(65)]: 1, fine_1: 1 };
    expect([of(many, 'keys').argsKeys?.length, of(odd, 'keys').argsKeys, of(odd, 'keys', false).argsKeys]).toEqual([
      16,
      ['[redacted]', 'fine_1', '[redacted]', '[redacted]'],
      undefined,
    ]);
  });
});

describe('keys', () => {
  test('of a user show in no log', () => {
    expect(
      [JSON.stringify({ USER }), inspect(USER, { showHidden: true, depth: 9 }), String(USER)].join(),
    ).not.toContain(USER_TEXT);
  });

  test('that are no 32 bytes are none', () => {
    expect([undefined, '', 'short', `${USER_TEXT}A`, 7].map(AuditKey.read)).toEqual(Array(5).fill(undefined));
  });

  const given = { callId: CALL, args: { a: 1 }, level: 'keys', auditKey: USER, names: new Set(['a']) } as const;

  test('of a month are made once, by whoever needs them first', async () => {
    const table = createMemoryTable();
    const keepers = Array.from({ length: 10 }, () => createArgumentKeeper(table.dynamo, 'state', () => NOW));
    const kept = await Promise.all(keepers.map((keeper) => keeper.keep(given, NOW + 1000, false)));
    expect(new Set(kept.map(({ fields }) => fields.argsDigest)).size).toBe(1);
    const [item] = [...table.items.values()];
    expect([table.items.size, item]).toEqual([
      1,
      { pk: 'KEYS#audit', sk: new Date(NOW).toISOString().slice(0, 7).replace('-', ''), secret: expect.any(String) },
    ]);
  });

  test('that cannot be read refuse the call, unless it may go on without', async () => {
    const table = createMemoryTable();
    table.down = true;
    const keeper = createArgumentKeeper(table.dynamo, 'state', () => NOW);
    await expect(keeper.keep(given, NOW + 1000, false)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    const kept = await keeper.keep(given, NOW + 1000, true);
    expect([kept.fields, kept.digest({})]).toEqual([{ argsLevel: 'none', argsMark: 'no-month-key' }, undefined]);
  });

  test('are not needed for level none, nor by users from before there were any', async () => {
    const table = createMemoryTable();
    table.down = true;
    const keeper = createArgumentKeeper(table.dynamo, 'state', () => NOW);
    const none = await keeper.keep({ ...given, level: 'none' }, NOW + 1000, false);
    const old = await keeper.keep({ ...given, auditKey: undefined }, NOW + 1000, false);
    expect([none.fields, old.fields]).toEqual([{ argsLevel: 'none' }, { argsLevel: 'none', argsMark: 'no-user-key' }]);
  });

  test('a result has the digest of what the client reads, if that has canonical JSON', async () => {
    const keeper = createArgumentKeeper(createMemoryTable().dynamo, 'state', () => NOW);
    const { digest } = await keeper.keep(given, NOW + 1000, false);
    expect([digest({ a: 1, b: undefined }) === digest({ a: 1 }), digest({ a: 2 ** 60 })]).toEqual([true, undefined]);
  });
});
