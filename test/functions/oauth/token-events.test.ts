import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { leafHash } from '../../../shared/audit/record.ts';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { ISSUER, NOW } from '../../support/config.ts';
import { CLAUDE, codeGrant, createTestRelay, refreshGrant, signInAt } from '../../support/relay.ts';

const digest = (text: string) => hash('sha256', text, 'hex').slice(0, 32);

test('which program got which token is in the trail, under the tokenId of the calls made with it', async () => {
  const relay = createTestRelay();
  const { code, pkce } = await signInAt(relay);
  const first = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  await relay.post('/oauth/token', refreshGrant(first.json['refresh_token']));
  const event = (detail: string, jti: string) => ({
    kind: 'token',
    method: 'oauth/token',
    decision: 'allowed',
    issuer: ISSUER,
    clientId: CLAUDE,
    detail,
    tokenId: digest(jti),
    subject: expect.stringMatching(/^sha256:[0-9a-f]{32}$/),
    tenant: 'default',
    v: 2,
    ts: NOW,
    logTs: NOW,
    callId: expect.any(String),
    ttl: expect.any(Number),
    pk: expect.stringMatching(/^D#\d{8}#0[0-3]$/),
    sk: expect.stringMatching(/#5$/),
    hash: expect.any(String),
  });
  expect(relay.records).toEqual([event('authorization_code', 'jti-0'), event('refresh_token', 'jti-3')]);
  expect(relay.records.map((record) => leafHash(record as Record<string, string>))).toEqual(
    relay.records.map((record) => record['hash']),
  );
});

test('a trail that fails keeps no token back: the event goes whole into the log', async () => {
  const dynamo = { putIfAbsent: () => Promise.reject(new Error('down')) } as unknown as Dynamo;
  const relay = createTestRelay({ dynamo, auditTable: 'audit' });
  const { code, pkce } = await signInAt(relay);
  const { status } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  const fallback = relay.lines.find(({ event }) => event === 'audit.fallback');
  expect([status, JSON.parse(String(fallback?.['record']))]).toEqual([
    200,
    expect.objectContaining({ kind: 'token', clientId: CLAUDE, late: true }),
  ]);
});
