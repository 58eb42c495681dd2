import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../../functions/middleware/chain.ts';
import { createHandler } from '../../functions/oauth/handler.ts';
import type { Dynamo, Item } from '../../shared/aws/dynamodb.ts';
import type { GatewayConfig, RelayConfig } from '../../shared/core/config.ts';
import type { GetJson } from '../../shared/net/get-json.ts';
import type { PostForm } from '../../shared/net/post-form.ts';
import { NOW, RESOURCE, testConfig } from './config.ts';
import { captureLog, type LogLine } from './log.ts';
import { scanFor } from './scanner.ts';
import { CLIENT_SECRET, CLIENT_SECRET_ARN, createSecrets, KEYS_ARN, type TestSecrets } from './secrets.ts';
import { createUpstream, type FakeUpstream } from './upstream.ts';

export const ORIGIN = 'https://mcp.example.com';
export const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
export const CLAUDE_CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
export const CLAUDE_CODE = 'https://claude.ai/oauth/claude-code-client-metadata';
export const UPSTREAM_CLIENT = 'gatehouse-at-the-provider';

export interface RelayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly text: string;
  /** Of a redirect. */
  readonly location: URL | undefined;
  /** Of a JSON body. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface RelayRequest {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
}

export type Fields = Readonly<Record<string, string | undefined>>;

export interface TestRelay {
  readonly upstream: FakeUpstream;
  readonly secrets: TestSecrets;
  readonly lines: LogLine[];
  /** What it wrote into the trail. */
  readonly records: readonly Item[];
  readonly time: { now: number };
  readonly config: GatewayConfig;
  send(request: RelayRequest): Promise<RelayAnswer>;
  get(path: string, query: Fields, more?: Partial<RelayRequest>): Promise<RelayAnswer>;
  post(path: string, form: Fields, more?: Partial<RelayRequest>): Promise<RelayAnswer>;
  /** Secrets of any kind that came by and are in a log line. */
  leaks(): readonly string[];
  /** Another instance of the function, with the same secrets and provider. */
  restart(): TestRelay;
}

export interface TestRelayOptions {
  readonly relay?: Partial<RelayConfig>;
  readonly config?: Parameters<typeof testConfig>[0];
  readonly secrets?: TestSecrets;
  readonly upstream?: FakeUpstream;
  readonly getJson?: GetJson;
  readonly postForm?: PostForm;
  readonly dynamo?: Dynamo;
  readonly stateTable?: string;
  /** In `dynamo`; without one the trail is `records`. */
  readonly auditTable?: string;
  readonly time?: { now: number };
}

/** Relays of the running test, for the scan of their logs. */
const made: TestRelay[] = [];

/** Attack 34 on every path: what the logs of all relays made since the last time hold of secrets. */
export function takeLeaks(): readonly string[] {
  return made.splice(0).flatMap((relay) => relay.leaks());
}

export function createTestRelay(options: TestRelayOptions = {}): TestRelay {
  const time = options.time ?? { now: NOW };
  const { secrets = createSecrets(), upstream = createUpstream(() => time.now) } = options;
  const config = relayConfig(options);
  const { log, lines } = captureLog();
  const records: Item[] = [];
  const seen = new Set<string>([CLIENT_SECRET]);
  const ports = {
    clock: () => time.now,
    timer: () => time.now,
    log,
    getJson: options.getJson ?? upstream.getJson,
    postForm: options.postForm ?? upstream.postForm,
    readSecret: secrets.readSecret,
    dynamo: withTrail(options.dynamo ?? NO_DATABASE, records),
  };
  const env = {
    GATEHOUSE_CONFIG: JSON.stringify(config),
    RELAY_KEYS_ARN: KEYS_ARN,
    UPSTREAM_SECRET_ARN: CLIENT_SECRET_ARN,
    STATE_TABLE: options.stateTable,
    AUDIT_TABLE: options.auditTable ?? TRAIL,
  };
  const handler = createHandler(env, ports);
  const send = async (request: RelayRequest): Promise<RelayAnswer> => {
    const event = eventOf(request);
    const { statusCode = 200, headers = {}, cookies = [], body = '' } = await handler(event, CONTEXT);
    const answer = answerOf(statusCode, headers, cookies, body);
    for (const secret of [...secretsIn(request), ...secretsOut(answer)]) seen.add(secret);
    return answer;
  };
  const relay: TestRelay = {
    upstream,
    secrets,
    lines,
    records,
    time,
    config,
    send,
    get: (path, query, more) => send({ method: 'GET', path, query: encode(query), ...more }),
    post: (path, form, { headers, ...more } = {}) =>
      send({ path, body: encode(form), headers: { 'content-type': FORM, ...headers }, ...more }),
    leaks: () => {
      for (const token of upstream.given) seen.add(token);
      const long = [...seen].filter((secret) => secret.length >= 12);
      return scanFor(long, [{ name: 'log', text: JSON.stringify([lines, records]) }]);
    },
    restart: () => createTestRelay({ ...options, secrets, upstream, time }),
  };
  made.push(relay);
  return relay;
}

const FORM = 'application/x-www-form-urlencoded';
const CONTEXT = { getRemainingTimeInMillis: () => 28_000 } as Context;

const TRAIL = 'trail';

/** The trail of one instance, in memory; other tables as they are. */
function withTrail(dynamo: Dynamo, records: Item[]): Dynamo {
  const putIfAbsent: Dynamo['putIfAbsent'] = async (table, item, options) => {
    if (table !== TRAIL) return dynamo.putIfAbsent(table, item, options);
    records.push(item);
    return { created: true };
  };
  return new Proxy(dynamo, {
    get: (target, name) => (name === 'putIfAbsent' ? putIfAbsent : Reflect.get(target, name)),
  });
}

/** Without the strict flag no other table is touched: every operation is an error. */
const NO_DATABASE = new Proxy({} as Dynamo, {
  get: () => async () => {
    throw new Error('the relay asked the database');
  },
});

function relayConfig({ relay, config = {} }: TestRelayOptions): GatewayConfig {
  const { idp, ...rest } = config;
  return testConfig({
    authorizationServer: 'relay',
    relay: {
      clientId: UPSTREAM_CLIENT,
      clientAuth: 'client_secret_basic',
      registration: false,
      strict: false,
      reauth: false,
      clients: [],
      ...relay,
    },
    idp: { allowedClientIds: [UPSTREAM_CLIENT], ...idp },
    ...rest,
  });
}

function encode(fields: Fields): string {
  const present = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams(present as [string, string][]).toString();
}

function eventOf({ method = 'POST', path, query = '', headers = {}, cookies, body }: RelayRequest): HttpEvent {
  return {
    version: '2.0',
    routeKey: 'ANY /oauth/{proxy+}',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(cookies === undefined ? {} : { cookies: [...cookies] }),
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test/1' },
      requestId: 'request-1',
      stage: '$default',
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  } as unknown as HttpEvent;
}

function answerOf(status: number, headers: object, cookies: readonly string[], text: string): RelayAnswer {
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const location = named['location'];
  return {
    status,
    headers: named,
    cookies,
    text,
    location: location === undefined ? undefined : new URL(location),
    json: named['content-type'] === 'application/json' ? JSON.parse(text) : {},
  };
}

const SECRET_FIELDS = ['code', 'code_verifier', 'refresh_token', 'token', 'state', 'consent', 'access_token'];

function secretsIn({ query = '', body = '', cookies = [] }: RelayRequest): readonly string[] {
  const fields = [query, body].map((text) => new URLSearchParams(text));
  return [
    ...fields.flatMap((form) => SECRET_FIELDS.flatMap((name) => form.getAll(name))),
    ...cookies.map((cookie) => cookie.slice(cookie.indexOf('=') + 1)),
  ];
}

function secretsOut({ cookies, location, json, text }: RelayAnswer): readonly string[] {
  return [
    ...cookies.map((cookie) => cookieValue(cookie)),
    ...SECRET_FIELDS.flatMap((name) => location?.searchParams.getAll(name) ?? []),
    ...SECRET_FIELDS.flatMap((name) => (typeof json[name] === 'string' ? [json[name]] : [])),
    ...(text.match(/v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+/g) ?? []),
  ];
}

function cookieValue(cookie: string): string {
  return cookie.slice(cookie.indexOf('=') + 1).split(';', 1)[0] ?? '';
}

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** An authorization request of Claude that is good; `undefined` leaves a parameter out. */
export function goodRequest(challenge: string, changes: Fields = {}): Fields {
  return {
    response_type: 'code',
    client_id: CLAUDE,
    redirect_uri: CLAUDE_CALLBACK,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    resource: RESOURCE,
    state: 'state-of-the-client',
    ...changes,
  };
}

/** A consent page, as its form and its browser have it. */
export interface Prompted {
  readonly page: RelayAnswer;
  readonly consent: string;
  /** `name=value`, as the browser sends it back. */
  readonly cookie: string;
}

export async function askConsent(relay: TestRelay, request: Fields): Promise<Prompted> {
  const page = await relay.get('/oauth/authorize', request);
  const consent = /name="consent" value="([^"]+)"/.exec(page.text)?.[1];
  const cookie = page.cookies[0]?.split(';', 1)[0];
  if (consent === undefined || cookie === undefined) throw new Error(`no consent page but ${page.status}`);
  return { page, consent, cookie };
}

export function approve(relay: TestRelay, { consent, cookie }: Prompted, decision = 'approve'): Promise<RelayAnswer> {
  return relay.post('/oauth/consent', { consent, decision }, { cookies: [cookie], headers: { origin: ORIGIN } });
}

/** From the client's request to its code, with a provider that says yes at once. */
export async function signInAt(relay: TestRelay, changes: Fields = {}, upstreamCode = 'upstream-code-0123456789') {
  const pkce = newPkce();
  const prompted = await askConsent(relay, goodRequest(pkce.challenge, changes));
  const away = await approve(relay, prompted);
  const state = away.location?.searchParams.get('state') ?? '';
  const answer = { code: upstreamCode, state, iss: relay.config.idp.issuer };
  const back = await relay.get('/oauth/callback', answer, { cookies: [prompted.cookie] });
  return { pkce, prompted, away, state, back, code: back.location?.searchParams.get('code') ?? '' };
}

/** The token request that goes with it. */
export function codeGrant(code: string, verifier: string, changes: Fields = {}): Fields {
  return {
    grant_type: 'authorization_code',
    client_id: CLAUDE,
    code,
    redirect_uri: CLAUDE_CALLBACK,
    code_verifier: verifier,
    resource: RESOURCE,
    ...changes,
  };
}

export function refreshGrant(token: unknown, changes: Fields = {}): Fields {
  return { grant_type: 'refresh_token', client_id: CLAUDE, refresh_token: String(token), ...changes };
}
