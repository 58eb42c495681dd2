import { expect, test } from '@jest/globals';
import { createAuthFailureSampler } from '../../../shared/audit/auth-failures.ts';
import { type AuditRecord, leafHash } from '../../../shared/audit/record.ts';
import { uuidv7Time } from '../../../shared/core/ids.ts';
import { NOW } from '../../support/config.ts';
import { captureLog } from '../../support/log.ts';

const MINUTE = 60_000;
const failure = {
  code: 'JWT_VERIFY_FAILED',
  reason: 'signature',
  sourceIp: '192.0.2.1',
  requestId: 'request-1',
} as const;

function start(time = { now: NOW }) {
  const { log, lines } = captureLog();
  const sample = createAuthFailureSampler({ clock: () => time.now, log, retentionDays: 1 });
  const records = () => lines.map(({ record }) => JSON.parse(String(record)) as AuditRecord);
  return { sample, records, lines, time };
}

test('a sample says which check refused whom and when, and nothing of the token', () => {
  const { sample, records, lines } = start();
  sample(failure);
  const [record] = records();
  const { pk: _pk, sk: _sk, callId, hash, ...rest } = record!;
  expect(lines.map(({ level, event }) => [level, event])).toEqual([['info', 'audit.sample']]);
  expect(rest).toEqual({
    kind: 'auth-failure',
    method: 'token/verify',
    decision: 'denied',
    reason: 'JWT_VERIFY_FAILED',
    detail: 'signature',
    sourceIp: '192.0.2.1',
    requestId: 'request-1',
    seen: 1,
    tenant: 'default',
    v: 2,
    ts: NOW - (NOW % MINUTE),
    logTs: NOW,
    ttl: NOW / 1000 + 86_400,
    late: true,
  });
  expect([uuidv7Time(String(callId)), hash]).toEqual([NOW - (NOW % MINUTE), leafHash(record!)]);
});

test('an instance writes one a minute, and the next one counts what was not written', () => {
  const { sample, records, time } = start();
  for (let at = 0; at < 1000; at++) sample(failure);
  time.now += MINUTE;
  sample(failure);
  expect(records().map(({ seen }) => seen)).toEqual([1, 1000]);
});

test('a clock that is set back opens no minute again', () => {
  const { sample, records, time } = start();
  sample(failure);
  time.now -= 5 * MINUTE;
  sample(failure);
  expect(records()).toHaveLength(1);
});

test('a thousand instances and sources make 16 items a minute, since their ids are the same', () => {
  const ids = new Set<string>();
  for (let at = 0; at < 1000; at++) {
    const { sample, records } = start();
    sample({ ...failure, sourceIp: `198.51.${at >> 8}.${at & 255}` });
    ids.add(String(records()[0]?.['callId']));
  }
  expect(ids.size).toBe(16);
  expect([...ids].every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
});
