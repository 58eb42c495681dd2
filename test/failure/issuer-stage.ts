import { generateKeyPairSync } from 'node:crypto';
import { generatedJwk } from '../../cli/dev/generated-jwk.ts';
import type { Injection, Published, WireFault } from '../../cli/failures/row.ts';
import { type GetJson, getJson } from '../../shared/net/get-json.ts';
import { testConfig } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { type Answered, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { createIssuer } from '../support/issuer.ts';
import { call, newSubject, type Stage } from './observe.ts';
import { createProbe } from './probe.ts';

export type IssuerFault = Extract<Injection, { kind: 'issuer' }>;

const SLOW_MS = 120;
const JUNK_CALLS = 50;

interface Provider {
  readonly document: FaultProxy;
  readonly keys: FaultProxy;
  publish(wrong: Published | undefined): void;
}

const ELSEWHERE: Partial<Record<Published, string>> = {
  'keys over http': 'http://192.0.2.1/jwks',
  'keys in a private network': 'https://10.0.0.1/jwks',
};

/** A provider of two servers, one for its document and one for its keys, each of which can fail alone. */
async function startProvider(): Promise<Provider> {
  let wrong: Published | undefined;
  const keys = await startFaultProxy(async () => json({ keys: await keysOf(wrong) }));
  const document: FaultProxy = await startFaultProxy(async () =>
    json({
      issuer: wrong === 'other issuer' ? 'https://elsewhere.example.com' : document.url,
      jwks_uri: (wrong && ELSEWHERE[wrong]) ?? `${keys.url}/jwks`,
    }),
  );
  return {
    document,
    keys,
    publish: (next) => {
      wrong = next;
    },
  };
}

function json(body: object): Answered {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

type Jwk = Readonly<Record<string, unknown>>;

async function keysOf(wrong: Published | undefined): Promise<readonly Jwk[]> {
  const published = (await createIssuer('https://any.example.com').getJson('https://any.example.com/jwks', LIMITS))
    .json;
  const { keys } = published as { readonly keys: readonly Jwk[] };
  if (wrong === 'no keys') return [];
  if (wrong === '10,000 keys') return Array.from({ length: 10_000 }, (_, at) => ({ kid: String(at) }));
  if (wrong === 'swapped key') return keys.map((key) => (key['kid'] === 'key-RS256' ? { ...key, ...OTHER } : key));
  if (wrong === 'new key') return [...keys, ...keys.map((key) => ({ ...key, kid: `new-${key['kid']}` }))];
  return keys;
}

const LIMITS = { allowHttp: true, timeoutMs: 5000, maxBytes: 65_536 };
const OTHER = generatedJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const WIRE: ReadonlySet<WireFault | Published> = new Set<WireFault>([
  'refused',
  'throttled',
  'server error',
  'connection lost',
  'hang',
  'slow body',
  'garbage',
  'HTML',
  'redirect',
  '10 MB',
  '10 MB compressed',
]);

function isWire(fault: WireFault | Published): fault is WireFault {
  return WIRE.has(fault);
}

export async function issuerStage(
  database: TestDatabase,
  { at, fault, cachedMs, ask }: IssuerFault,
): Promise<{ readonly stage: Stage; readonly fetches: () => number; readonly close: () => Promise<void> }> {
  const provider = await startProvider();
  const issuer = createIssuer(provider.document.url);
  const { tool, runs } = createProbe();
  const slow = fault === 'hang' || fault === 'slow body' ? provider[at].url : undefined;
  const inject = async () => (isWire(fault) ? provider[at].inject(fault) : provider.publish(fault));
  if (cachedMs === undefined) await inject();
  const config = testConfig({ idp: { issuer: issuer.issuer } });
  const gateway = createTestGateway(database, { tools: [tool], config, issuer, getJson: impatient(slow) });
  if (cachedMs !== undefined) {
    await warm(gateway);
    gateway.time.now += cachedMs;
    await inject();
  }
  // The function that is not asked fetches keys at its start, too.
  if (cachedMs === undefined && ask === 'metadata') await call({ gateway, token: await sign(gateway, 'early', 'any') });
  const loggedBefore = cachedMs === undefined && ask === undefined ? 0 : gateway.lines.length;
  const subject = newSubject();
  const before = runs();
  const fetchedBefore = provider.keys.asked();
  const token = await sign(gateway, subject, ask === 'new key' ? 'new-key-RS256' : 'key-RS256');
  let fetched: number | undefined;
  const recover = async () => {
    fetched = provider.keys.asked();
    provider.publish(ask === 'new key' ? 'new key' : undefined);
    await provider[at].recover();
  };
  const stage = { gateway, subject, token, loggedBefore, recover, runs: () => runs() - before };
  return {
    stage: { ...stage, send: () => send(gateway, token, ask) },
    fetches: () => (fetched ?? provider.keys.asked()) - fetchedBefore,
    close: async () => void (await Promise.all([provider.document.close(), provider.keys.close()])),
  };
}

/** The real client. Only where the fault takes time it takes less. */
function impatient(slow: string | undefined): GetJson {
  return (url, options) =>
    getJson(url, { ...options, timeoutMs: slow !== undefined && url.startsWith(slow) ? SLOW_MS : 5000 });
}

async function warm(gateway: TestGateway): Promise<void> {
  const token = await sign(gateway, newSubject(), 'key-RS256');
  const { status } = await call({ gateway, token });
  const { status: known } = await metadata(gateway);
  if (status !== 200 || known !== 200) throw new Error('the stage is not well before the fault');
}

function sign({ issuer, time }: TestGateway, sub: string, kid: string): Promise<string> {
  const now = Math.floor(time.now / 1000);
  const scope = 'starter.echo';
  const claims = { iss: issuer.issuer, sub, aud: AUDIENCE, client_id: 'c', scope, iat: now - 10, exp: now + 600 };
  return issuer.sign(claims, { kid });
}

const AUDIENCE = testConfig().idp.audience;

function metadata(gateway: TestGateway) {
  return gateway.send({ method: 'GET', path: '/.well-known/oauth-authorization-server' });
}

async function send(gateway: TestGateway, token: string, ask: IssuerFault['ask']) {
  if (ask === 'metadata') return metadata(gateway);
  if (ask !== 'junk keys') return call({ gateway, token });
  for (let at = 1; at < JUNK_CALLS; at++) {
    await call({ gateway, token: await sign(gateway, 'junk', `junk-${at}`) });
  }
  return call({ gateway, token: await sign(gateway, 'junk', 'junk') });
}
