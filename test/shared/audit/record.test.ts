import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SHARDS, shardOf, toolShardOf } from '../../../shared/audit/item-keys.ts';
import {
  type AuditRecord,
  type CallFacts,
  denialRecord,
  intentRecord,
  leafHash,
  outcomeRecord,
  type Stamp,
} from '../../../shared/audit/record.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import type { Uid } from '../../../shared/core/principal.ts';

const TIME = Date.UTC(2026, 10, 24, 23, 59, 59, 999);
const CALL = '019ab845-6a00-7abc-8def-0123456789ab';
const FACTS: CallFacts = {
  callId: CALL,
  requestId: 'request-1',
  principal: { issuer: 'https://i.example', subject: 'alice', clientId: 'c', scopes: ['a'], tokenId: 'jti-1' },
  uid: 'usr_1' as Uid,
  method: 'tools/call',
  tool: 'echo',
  requestedName: 'echo',
  door: 'mcp',
  revision: '2026-07-28',
  sourceIp: '192.0.2.1',
  userAgent: 'agent/1',
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const MS = 0x019ab8456a00;
const DAY = new Date(MS).toISOString().slice(0, 10).replaceAll('-', '');
const SHARD = shardOf(CALL);

const STAMP: Stamp = { ttl: 1, logTs: MS + 2, region: 'eu-central-1', fnVersion: '0.1.0' };
const OK = { isError: false, errorType: undefined, latencyMs: 5 };

/** Every item of this call has these. */
const COMMON = {
  v: 2,
  callId: CALL,
  requestId: 'request-1',
  tenant: 'default',
  ts: MS,
  logTs: MS + 2,
  uid: 'usr_1',
  subject: 'alice',
  clientId: 'c',
  method: 'tools/call',
  tool: 'echo',
  ttl: 1,
  pk: `D#${DAY}#0${SHARD}`,
};
/** These are said once: by the intent, or by the denial. */
const ONCE = {
  issuer: 'https://i.example',
  tokenId: sha256('jti-1').slice(0, 32),
  scopes: ['a'],
  door: 'mcp',
  revision: '2026-07-28',
  sourceIp: '192.0.2.1',
  ua: 'agent/1',
  region: 'eu-central-1',
  fnVersion: '0.1.0',
};
const OF_USER = { gsi1pk: 'U#default#usr_1', gsi1sk: CALL };
const indexed = (state: string) => ({ gsi2pk: `X#${state}#${DAY}#${SHARD}`, gsi2sk: CALL });

const INTENT = intentRecord(FACTS, STAMP);
const ENDED = { ...COMMON, ...OF_USER, decision: 'allowed', prevPhaseHash: INTENT.hash, sk: `${CALL}#1` };

const ARGS = {
  argsLevel: 'full',
  argsDigest: 'digest',
  argsKeys: ['a'],
  argsSealed: 'sealed',
  argsBytes: 9,
} as const;

describe('the items of a call as they lie in the table', () => {
  test('an intent is in no index', () => {
    const { hash, ...item } = intentRecord(FACTS, STAMP);
    expect(item).toEqual({ ...COMMON, ...ONCE, sk: `${CALL}#0`, decision: 'allowed' });
    expect(hash).toBe(leafHash(item));
  });

  test('a good outcome is found by its user', () => {
    const { hash, ...item } = outcomeRecord(INTENT, { ...OK, resultDigest: 'digest' }, STAMP);
    expect(item).toEqual({ ...ENDED, isError: false, latencyMs: 5, resultDigest: 'digest' });
    expect(hash).toBe(leafHash(item));
  });

  test('a failed outcome is also found among the errors of its day', () => {
    const outcome = { isError: true, errorType: 'TOOL_TIMEOUT', latencyMs: 5 };
    const { hash: _hash, ...item } = outcomeRecord(INTENT, outcome, STAMP);
    expect(item).toEqual({ ...ENDED, ...indexed('error'), ...outcome });
  });

  test('an unknown one among the unknown, whenever the intent is read back for it', () => {
    const { hash: _hash, ...item } = outcomeRecord(INTENT, { isError: true, errorType: 'UNKNOWN' }, STAMP);
    expect(item).toEqual({ ...ENDED, ...indexed('unknown'), isError: true, errorType: 'UNKNOWN' });
  });

  test('a denial is found by its user and among the denials of its day', () => {
    const { hash: _hash, ...item } = denialRecord(FACTS, 'INSUFFICIENT_SCOPE', 'scope_missing', STAMP);
    const said = { decision: 'denied', reason: 'INSUFFICIENT_SCOPE', detail: 'scope_missing' };
    expect(item).toEqual({ ...COMMON, ...ONCE, ...OF_USER, ...indexed('denied'), ...said, sk: `${CALL}#9` });
  });

  test('what is not known is left out: user, client, token id, tool, reason', () => {
    const principal = { ...FACTS.principal, clientId: undefined, tokenId: undefined };
    const unknown = { ...FACTS, principal, uid: undefined, tool: undefined, requestedName: 'free text' };
    const { hash: _hash, ...item } = denialRecord(unknown, 'UNKNOWN_TOOL', undefined, { ttl: 1, logTs: MS + 2 });
    const { uid: _uid, clientId: _client, tool: _tool, ...rest } = COMMON;
    const { tokenId: _token, region: _region, fnVersion: _version, ...once } = ONCE;
    expect(item).toEqual({
      ...rest,
      ...once,
      ...indexed('denied'),
      toolDigest: sha256('free text').slice(0, 32),
      decision: 'denied',
      reason: 'UNKNOWN_TOOL',
      sk: `${CALL}#9`,
    });
  });

  test('what is kept of the arguments stands in the intent; a denial seals none', () => {
    const facts = { ...FACTS, args: ARGS, toolVersion: 'version', decisionRule: 'policy-1' };
    const said = { toolVersion: 'version', decisionRule: 'policy-1' };
    const intent = intentRecord(facts, STAMP);
    const denial = denialRecord(facts, 'INSUFFICIENT_SCOPE', undefined, STAMP);
    expect(intent).toMatchObject({ ...ARGS, ...said });
    const { argsSealed: _sealed, ...unsealed } = ARGS;
    expect([denial, denial.argsSealed]).toMatchObject([{ ...unsealed, ...said }, undefined]);
    const { prevPhaseHash: _previous, ...ended } = ENDED;
    const { prevPhaseHash, hash: _hash, ...outcome } = outcomeRecord(intent, OK, STAMP);
    expect([outcome, prevPhaseHash]).toEqual([{ ...ended, isError: false, latencyMs: 5 }, intent.hash]);
  });

  test('with an index by tool, outcomes and denials are in it, by month and shard', () => {
    const stamp = { ...STAMP, toolIndex: true };
    const keys = { gsi3pk: `T#echo#${DAY.slice(0, 6)}#${toolShardOf(CALL)}`, gsi3sk: CALL };
    expect([outcomeRecord(INTENT, OK, stamp), denialRecord(FACTS, 'X', undefined, stamp)]).toMatchObject([keys, keys]);
    const unnamed = denialRecord({ ...FACTS, tool: undefined }, 'UNKNOWN_TOOL', undefined, stamp);
    expect([intentRecord(FACTS, stamp).gsi3pk, unnamed.gsi3pk]).toEqual([undefined, undefined]);
  });
});

describe('what a client can put into the trail', () => {
  test('is bounded', () => {
    const principal = { ...FACTS.principal, clientId: 'c'.repeat(300), scopes: Array.from({ length: 60 }, String) };
    const item = intentRecord({ ...FACTS, principal, userAgent: 'u'.repeat(300) }, STAMP);
    expect([item['clientId'], item['scopes'], item['ua']]).toEqual([
      'c'.repeat(256),
      Array.from({ length: 50 }, String),
      'u'.repeat(200),
    ]);
  });

  test('is never a line break, a control or a direction mark in the user agent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (userAgent) => {
        expect(intentRecord({ ...FACTS, userAgent }, STAMP)['ua']).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test('is never half a character where it is cut: its stored form would have another hash', () => {
    const long = `x${'😀'.repeat(200)}`;
    const item = intentRecord({ ...FACTS, principal: { ...FACTS.principal, clientId: long }, userAgent: long }, STAMP);
    const texts = [item['clientId'], item['ua']].map(String);
    expect(texts.map((text) => Buffer.from(text).toString())).toEqual(texts);
  });

  test('is no token id and no name that is not ours in clear', () => {
    const principal = { ...FACTS.principal, tokenId: 'canary-jti' };
    const facts = { ...FACTS, principal, tool: undefined, requestedName: 'canary-name' };
    const items = [
      intentRecord(facts, STAMP),
      outcomeRecord(intentRecord(facts, STAMP), OK, STAMP),
      denialRecord(facts, 'UNKNOWN_TOOL', undefined, STAMP),
    ];
    expect(JSON.stringify(items)).not.toContain('canary');
  });
});

describe('keys and hashes', () => {
  test('the day is that of the call id, in UTC to the last millisecond', () => {
    const callId = uuidv7(() => TIME);
    const next = uuidv7(() => TIME + 1);
    expect([callId, next].map((id) => intentRecord({ ...FACTS, callId: id }, STAMP).pk.slice(0, 10))).toEqual([
      'D#20261124',
      'D#20261125',
    ]);
  });

  test('a call keeps its shard, and the shards are used alike', () => {
    const ids = Array.from({ length: 2000 }, () => uuidv7(() => TIME));
    const counts = ids.reduce(
      (seen, id) => seen.with(shardOf(id), (seen[shardOf(id)] ?? 0) + 1),
      Array(SHARDS).fill(0),
    );
    expect(counts.every((count) => count > 300)).toBe(true);
  });

  test('the hash is SHA-256 over a zero byte and the members in the order of their names', () => {
    expect(leafHash({ b: 1, a: 'ü"\n', hash: 'left out', c: ['x', 'y'] })).toBe(
      sha256('\0{"a":"ü\\"\\n","b":1,"c":["x","y"]}'),
    );
  });

  test('the order of the members does not matter, every value does', () => {
    const { hash, ...item } = JSON.parse(JSON.stringify(intentRecord(FACTS, STAMP))) as AuditRecord;
    const turned = Object.fromEntries(Object.entries(item).reverse());
    const changed = Object.keys(item).filter((name) => leafHash({ ...item, [name]: 'other' }) === hash);
    const without = (name: string) => Object.fromEntries(Object.entries(item).filter(([own]) => own !== name));
    const dropped = Object.keys(item).filter((name) => leafHash(without(name)) === hash);
    expect([leafHash(turned), changed, dropped]).toEqual([hash, [], []]);
  });
});
