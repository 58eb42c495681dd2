import type { Changed, RelayPlace, WireFault } from '../../cli/failures/row.ts';
import { createReadSecret, SECRET_LIMITS } from '../../shared/aws/secrets.ts';
import type { ReadSecret } from '../../shared/core/secret.ts';
import { type GetJson, getJson } from '../../shared/net/get-json.ts';
import { type PostForm, postForm } from '../../shared/net/post-form.ts';
import { type Answered, type Asked, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { UPSTREAM_CLIENT } from '../support/relay.ts';
import { CLIENT_SECRET, CLIENT_SECRET_ARN, createSecrets, KEYS_ARN, type TestSecrets } from '../support/secrets.ts';
import { createUpstream, type FakeUpstream } from '../support/upstream.ts';

export interface RelayWorld {
  readonly issuer: string;
  readonly secrets: TestSecrets;
  readonly upstream: FakeUpstream;
  readonly getJson: GetJson;
  readonly postForm: PostForm;
  inject(): Promise<void>;
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldFault {
  readonly at: RelayPlace;
  readonly fault: WireFault | Changed;
}

const SLOW_MS = 120;
/** As long as a key has to be. */
const NEW_SECRET = 'a-new-value-of-the-secret-that-changed';
type Served = 'document' | 'token endpoint' | 'keys' | 'client secret';

/** Provider and Secrets Manager as servers of their own, met by the real clients; each can fail alone. */
export async function startWorld(now: () => number, { at, fault }: WorldFault): Promise<RelayWorld> {
  const upstream = createUpstream(now);
  const store = createSecrets();
  let accepted = CLIENT_SECRET;
  let isWell = true;
  const token = await startFaultProxy((asked) => tokensFor(asked, upstream, accepted));
  const document: FaultProxy = await startFaultProxy(async () => json(200, documentOf(document.url, token.url)));
  const secretServer = () => startFaultProxy((asked) => secretFor(asked, store.readSecret));
  const servers: Readonly<Record<Served, FaultProxy>> = {
    document,
    'token endpoint': token,
    keys: await secretServer(),
    'client secret': await secretServer(),
  };
  const isSlow = () => !isWell && (fault === 'hang' || fault === 'slow body');
  const timeoutMs = () => (isSlow() ? SLOW_MS : 5000);
  const readers = { keys: readerOf(servers.keys.url, isSlow), client: readerOf(servers['client secret'].url, isSlow) };
  return {
    issuer: document.url,
    upstream,
    secrets: { ...store, readSecret: (arn, stage) => readers[arn === KEYS_ARN ? 'keys' : 'client'](arn, stage) },
    getJson: (url, limits) => getJson(url, { ...limits, timeoutMs: timeoutMs() }),
    postForm: (url, form, options) => postForm(url, form, { ...options, timeoutMs: timeoutMs() }),
    inject: async () => {
      isWell = false;
      if (fault === 'changed' || fault === 'changed twice' || fault === 'changed at the provider') {
        if (at === 'client secret') accepted = NEW_SECRET;
        for (const value of newValues(fault)) store.rotate(at === 'keys' ? KEYS_ARN : CLIENT_SECRET_ARN, value);
      } else if (at !== 'mark' && at !== 'event') await servers[at].inject(fault);
    },
    recover: async () => {
      isWell = true;
      if (at !== 'mark' && at !== 'event') await servers[at].recover();
    },
    close: async () => void (await Promise.all(Object.values(servers).map((server) => server.close()))),
  };
}

function newValues(fault: Changed): readonly string[] {
  if (fault === 'changed at the provider') return [];
  return fault === 'changed' ? [NEW_SECRET] : ['b2'.repeat(32), 'c3'.repeat(32)];
}

/** Where only time ends it, little; else plenty: this machine may be busy. */
function readerOf(endpoint: string, isSlow: () => boolean): ReadSecret {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const make = (limits: typeof SECRET_LIMITS) =>
    createReadSecret({ endpoint, region: 'eu-central-1', credentials, limits });
  const [patient, impatient] = [
    make({ ...SECRET_LIMITS, connectMs: 2000, requestMs: 5000, totalMs: 10_000 }),
    make({ ...SECRET_LIMITS, connectMs: 1000, requestMs: 60, totalMs: 150 }),
  ];
  return (arn, stage) => (isSlow() ? impatient : patient)(arn, stage);
}

function documentOf(issuer: string, token: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${token}/token`,
  };
}

async function tokensFor({ headers, body, path }: Asked, upstream: FakeUpstream, accepted: string): Promise<Answered> {
  const basic = `Basic ${Buffer.from(`${UPSTREAM_CLIENT}:${accepted}`).toString('base64')}`;
  if (headers.authorization !== basic) return json(401, { error: 'invalid_client' });
  const form = Object.fromEntries(new URLSearchParams(body.toString()));
  const limits = { allowHttp: true, timeoutMs: 5000, maxBytes: 65_536 };
  const { status, json: tokens } = await upstream.postForm(path, form, limits);
  return json(status, tokens as object);
}

async function secretFor({ body }: Asked, readSecret: ReadSecret): Promise<Answered> {
  const { SecretId, VersionStage } = JSON.parse(body.toString());
  const secret = await readSecret(SecretId, VersionStage);
  if (secret === undefined) return json(400, { __type: 'ResourceNotFoundException', message: 'none' });
  return json(200, { ARN: SecretId, Name: SecretId, SecretString: secret.value, VersionId: secret.id });
}

function json(status: number, body: object): Answered {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
