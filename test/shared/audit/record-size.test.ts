import { describe, expect, test } from '@jest/globals';
import {
  type AuditRecord,
  type CallFacts,
  denialRecord,
  intentRecord,
  outcomeRecord,
} from '../../../shared/audit/record.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import type { Uid } from '../../../shared/core/principal.ts';

const NOW = Date.UTC(2026, 10, 25, 6, 30);
const STAMP = {
  ttl: Math.floor(NOW / 1000) + 400 * 86_400,
  logTs: NOW + 3,
  region: 'eu-central-1',
  fnVersion: '0.1.0',
};
const HMAC = 'x'.repeat(43);

/** As tokens of these providers and requests of these clients are. */
const COGNITO = {
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aB3dEfGh1',
  subject: '7c5f1e0a-1111-4222-8333-944445555666',
  clientId: '1h57kf5cpq17m0eml12EXAMPLE',
  scopes: ['crm.read', 'starter.echo'],
  tokenId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
};
const ENTRA = {
  issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
  subject: 'b0c1d2e3-1111-4222-8333-944445555666',
  clientId: '6731de76-14a6-49ae-97bc-6eba6914391e',
  scopes: ['crm.read', 'crm.write', 'starter.echo'],
  tokenId: undefined,
};
const OKTA = {
  issuer: 'https://acme.okta.com/oauth2/aus1abcd2EFGH3ijkl4x7',
  subject: 'anna.mueller@acme.example',
  clientId: 'https://claude.ai/oauth/claude-code-client-metadata',
  scopes: ['starter.echo'],
  tokenId: 'AT.xKk4tZm0Yt5nZ1Q3mQv9tQ0Lw6x2l4q8bS7dJ3fH1aE',
};

const FACTS: readonly CallFacts[] = [
  { principal: COGNITO, tool: 'crm-get-sales-summary', userAgent: 'Claude-User', argsKeys: ['region', 'quarter'] },
  { principal: ENTRA, tool: 'echo', userAgent: 'Mozilla/5.0 (compatible; ChatGPT-User/1.0)', argsKeys: ['message'] },
  { principal: OKTA, tool: 'add-note', userAgent: 'claude-code/2.1.4 (cli)', argsKeys: ['title', 'text'] },
].map(({ principal, tool, userAgent, argsKeys }) => ({
  callId: uuidv7(() => NOW),
  requestId: 'Kb9GvgYfFiAEJ3g=',
  principal,
  uid: 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV' as Uid,
  method: 'tools/call',
  tool,
  requestedName: tool,
  toolVersion: 'x'.repeat(16),
  door: 'mcp',
  revision: '2026-07-28',
  sourceIp: '160.79.104.12',
  userAgent,
  args: { argsLevel: 'keys', argsDigest: HMAC, argsKeys },
}));
const traced = (facts: CallFacts): CallFacts => ({
  ...facts,
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});

/** Size of an item as DynamoDB counts it ("DynamoDB item sizes and formats"). */
function bytesOf(record: AuditRecord): number {
  const stored: object = JSON.parse(JSON.stringify(record));
  return Object.entries(stored).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + 1 + valueBytes(one), 3);
  return 1;
}

const OK = { isError: false, errorType: undefined, latencyMs: 120, resultDigest: HMAC };
const FAILED = { ...OK, isError: true, errorType: 'BACKEND_UNAVAILABLE' };

describe('a record of a real provider and client', () => {
  test.each(FACTS)('of $tool: intent and outcome are under 900 bytes each, so each write is one unit', (facts) => {
    const intent = intentRecord(facts, STAMP);
    const sizes = [intent, outcomeRecord(intent, OK, STAMP), outcomeRecord(intent, FAILED, STAMP)].map(bytesOf);
    expect(sizes.filter((bytes) => bytes >= 900)).toEqual([]);
  });

  test.each(FACTS)('of $tool: also a traced call and a denial stay under the 1024 bytes of one unit', (facts) => {
    const denial = denialRecord(facts, 'INSUFFICIENT_SCOPE', 'scope_missing', STAMP);
    const sizes = [intentRecord(traced(facts), STAMP), denial].map(bytesOf);
    expect(sizes.filter((bytes) => bytes >= 1024)).toEqual([]);
  });
});
