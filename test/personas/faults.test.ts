import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chatgpt } from './clients/chatgpt.ts';
import { claudeCode, claudeWeb } from './clients/claude.ts';
import { codex } from './clients/codex.ts';
import { inspector } from './clients/inspector.ts';
import { vscode } from './clients/vscode.ts';
import {
  answeredInPlaceOf,
  type Fault,
  forbiddenAsUnauthorized,
  inCallback,
  inChallenge,
  inMessages,
  inResourceMetadata,
  inServerMetadata,
  inTokens,
  openidRefused,
  resourceLost,
  withFault,
  withoutResourceDocumentAt,
} from './faults.ts';
import type { ColumnId, WayId } from './gateways/columns.ts';
import { castAt, createGateways } from './gateways/open.ts';
import { dataSubject, type Subject } from './matrix.ts';
import type { Persona } from './persona.ts';
import { SDK_SUBJECTS } from './sdk/subjects.ts';
import { type Told, tellStory } from './story.ts';
import { COLUMNS } from './subjects.ts';

const gateways = createGateways();
const { warn } = console;
beforeAll(() => {
  // The SDK tells of each expired token.
  console.warn = () => undefined;
});
afterAll(async () => {
  console.warn = warn;
  await gateways.stop();
});

const OPEN: readonly [ColumnId, WayId] = ['direct-open', 'url'];
const COGNITO: readonly [ColumnId, WayId] = ['metadata', 'client id'];
const COGNITO_PORT: readonly [ColumnId, WayId] = ['metadata', 'client id and port'];

async function told(subject: Subject, fault: Fault, [column, id]: readonly [ColumnId, WayId] = OPEN): Promise<Told> {
  const way = COLUMNS.find((one) => one.id === column)?.ways.find((one) => one.id === id);
  if (way === undefined) throw new Error(`${column} has no way ${id}`);
  const { url } = await gateways.open(way);
  const send = withFault(fetch, fault);
  const cast = castAt({ send, narrow: ['starter.whoami'], asksConsent: false });
  return tellStory(subject.create({ url, fetch: send, cast }, way.typed(subject.persona) ?? {}), cast);
}

const end = ({ stoppedAt, code, notes }: Told) => (stoppedAt === undefined ? ['done', ...notes] : [stoppedAt, code]);
const data = (persona: Persona) => dataSubject(persona);
const sdk = (id: string) => SDK_SUBJECTS.find(({ persona }) => persona.id === id)!;

const without = (name: string) => inServerMetadata(({ [name]: _, ...rest }) => rest);
const S256 = 'code_challenge_methods_supported';
const withoutIss = inCallback((back) => back.searchParams.delete('iss'));
const otherIss = inCallback((back) => back.searchParams.set('iss', 'https://evil.example'));
const otherIssuer = inServerMetadata((json) => ({ ...json, issuer: 'https://evil.example' }));
const slashed = inServerMetadata((json) => ({ ...json, issuer: `${json['issuer']}/` }));
const onlyPlain = inServerMetadata((json) => ({ ...json, [S256]: ['plain'] }));
const wholeHost = inResourceMetadata((json) => ({ ...json, resource: new URL(String(json['resource'])).origin }));
const onlyMissing = inChallenge(403, (text) => text.replace('starter.echo starter.whoami', 'starter.echo'));
const noDescription = inMessages((text) => text.replace(/, error_description=\\"[^"]*\\"/g, ''));

describe('a client that refuses, and one beside it that is known not to', () => {
  test.each<readonly [string, Subject, Fault, readonly unknown[]]>([
    ['ChatGPT: metadata without S256', data(chatgpt), without(S256), ['server metadata', 'no_s256']],
    ['Codex: the same, which it takes for an omission', data(codex), without(S256), ['done', 'steps up by hand']],
    ['Codex: a list without S256', data(codex), onlyPlain, ['server metadata', 'no_s256']],
    ['SDK 2: a list without S256', sdk('sdk-v2'), onlyPlain, ['server metadata', 'no_s256']],
    ['Claude Code: another issuer', data(claudeCode), otherIssuer, ['server metadata', 'other_issuer']],
    ['SDK 2: another issuer', sdk('sdk-v2'), otherIssuer, ['server metadata', 'other_issuer']],
    ['ChatGPT: the issuer with a slash', data(chatgpt), slashed, ['server metadata', 'other_issuer']],
    ['Codex: the same passes, until iss has none', data(codex), slashed, ['callback', 'other_iss']],
    ['Codex: iss announced and not sent', data(codex), withoutIss, ['callback', 'no_iss']],
    ['SDK 2: iss announced and not sent', sdk('sdk-v2'), withoutIss, ['callback', 'no_iss']],
    ['Claude: the same, which it does not look at', data(claudeWeb), withoutIss, ['done']],
    ['Inspector: iss of another server', data(inspector), otherIss, ['callback', 'other_iss']],
    ['ChatGPT: metadata of the whole host', data(chatgpt), wholeHost, ['resource metadata', 'other_resource']],
    ['Claude Code: the same, a prefix of its URL', data(claudeCode), wholeHost, ['done', 'steps up by hand']],
    [
      'ChatGPT: no metadata where it looks',
      data(chatgpt),
      withoutResourceDocumentAt('/.well-known/oauth-protected-resource/mcp'),
      ['resource metadata', 'not_found'],
    ],
    [
      'Claude: no challenge, which the well-known path makes up for',
      data(claudeWeb),
      inChallenge(401, () => undefined),
      ['done'],
    ],
  ])('%s', async (_sentence, subject, fault, expected) => {
    expect(end(await told(subject, fault))).toEqual(expected);
  });
});

describe('what goes wrong later', () => {
  const changedState = inCallback((back) => back.searchParams.set('state', 'other'));
  const noRefresh = inTokens(({ refresh_token: _, ...rest }) => rest);
  const lostTool = inMessages((text) => text.replaceAll('"name":"whoami"', '"name":"whoareyou"'));
  test.each<readonly [string, Subject, Fault, readonly unknown[]]>([
    ['a state that came back changed', data(vscode), changedState, ['callback', 'other_state']],
    [
      'registration refused',
      data(claudeWeb),
      answeredInPlaceOf('/reg', 400, '{"error":"invalid_client_metadata"}'),
      ['registration', 'invalid_client_metadata'],
    ],
    ['a token endpoint that fails', data(claudeWeb), answeredInPlaceOf('/token', 500, 'oops'), ['token', 'http_500']],
    ['no refresh tokens', data(claudeWeb), noRefresh, ['done', 'no refresh token']],
    [
      'a list of scopes that cannot all be had: Codex asks again for less',
      data(codex),
      openidRefused,
      ['done', 'scopes refused once', 'sends a disabled user to sign in twice', 'steps up by hand'],
    ],
    ['the same for who asks once', data(claudeWeb), openidRefused, ['authorization', 'invalid_scope']],
    ['a tool of another name', data(claudeWeb), lostTool, ['list', 'other_answer']],
    [
      'a challenge that names the missing scope only: who asks for exactly that loses the rest',
      data(vscode),
      onlyMissing,
      ['call', 'insufficient_scope'],
    ],
    ['the same for who asks for the union', data(inspector), onlyMissing, ['done']],
    [
      'a 403 without a challenge: nobody steps up',
      data(claudeWeb),
      inChallenge(403, () => undefined),
      ['call', 'INSUFFICIENT_SCOPE'],
    ],
    [
      'ChatGPT: a tool result without a description starts no sign-in',
      data(chatgpt),
      noDescription,
      ['call', 'tool_error'],
    ],
    ['a disabled user answered 401', data(claudeWeb), forbiddenAsUnauthorized, ['connect', 'token_refused']],
  ])('%s', async (_sentence, subject, fault, expected) => {
    expect(end(await told(subject, fault))).toEqual(expected);
  });
});

describe('a provider that binds tokens to what was asked for', () => {
  test('refuses nobody who asks for the resource', async () => {
    expect(end(await told(data(claudeWeb), {}, COGNITO))).toEqual(['done']);
  });

  test('gives tokens for nothing of ours when the resource gets lost on the way', async () => {
    expect(end(await told(data(claudeWeb), resourceLost, COGNITO))).toEqual(['connect', 'token_refused']);
  });

  test('does so for a Claude Code that sends no resource, as one report has it', async () => {
    const { source } = claudeCode.resource;
    const silent: Persona = { ...claudeCode, resource: { value: { on: [], value: 'as typed' }, source } };
    expect(end(await told(data(silent), {}, COGNITO_PORT))).toEqual(['connect', 'token_refused']);
  });
});
