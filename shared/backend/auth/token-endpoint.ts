import type { Clock } from '../../core/clock.ts';
import { isObject, own } from '../../core/json-object.ts';
import { NetError } from '../../net/net-error.ts';
import type { NetAnswer, Send } from '../../net/send.ts';
import type { CachedSecret } from '../../store/cached-secret.ts';
import { type Caller, type CredentialsReason, CredentialsUnavailable } from './mode.ts';

/** What the gateway is at an authorization server. Kept in Secrets Manager as JSON: `{"clientId":"…","clientSecret":"…"}`. */
export interface ClientSecret {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How a client proves itself there (RFC 6749 section 2.3.1). */
export type ClientAuth = 'basic' | 'post';

export interface IssuedToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface TokenEndpoint {
  /** @throws CredentialsUnavailable with the reason; nothing of the answer is in it */
  ask(form: Readonly<Record<string, string>>, caller: Pick<Caller, 'deadline' | 'signal'>): Promise<IssuedToken>;
}

export interface TokenEndpointOptions {
  readonly url: string;
  readonly clientAuth: ClientAuth;
  readonly secret: CachedSecret<ClientSecret>;
  /** A way out to the host of the URL and to no other. */
  readonly send: Send;
  readonly clock: Clock;
}

const TIMEOUT_MS = 2000;
const MAX_BYTES = 65_536;
/** When the answer does not say: short, and long enough for the calls of one moment. */
const DEFAULT_LIFE_S = 120;

/** @throws Error for a text that is not what is said above */
export function readClientSecret(text: string): ClientSecret {
  const value: unknown = JSON.parse(text);
  const clientId = isObject(value) ? own(value, 'clientId') : undefined;
  const clientSecret = isObject(value) ? own(value, 'clientSecret') : undefined;
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') throw new Error('no client');
  return { clientId, clientSecret };
}

export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { secret, clock } = options;
  const attempt = async (form: Readonly<Record<string, string>>, caller: Pick<Caller, 'deadline' | 'signal'>) => {
    const client = await secret.get();
    return { client, answer: await post(options, client, form, caller) };
  };
  return {
    ask: async (form, caller) => {
      let { client, answer } = await attempt(form, caller);
      // invalid_client (RFC 6749 section 5.2): the secret may have been rotated since it was read.
      if (isAboutClient(answer) && (await secret.hasChanged(client)))
        ({ client, answer } = await attempt(form, caller));
      if (answer.status !== 200) throw new CredentialsUnavailable(reasonOf(answer));
      return readToken(answer, clock());
    },
  };
}

async function post(
  { url, clientAuth, send, clock }: TokenEndpointOptions,
  { clientId, clientSecret }: ClientSecret,
  form: Readonly<Record<string, string>>,
  { deadline, signal }: Pick<Caller, 'deadline' | 'signal'>,
): Promise<NetAnswer> {
  const inBody = clientAuth === 'post' ? { client_id: clientId, client_secret: clientSecret } : {};
  const basic = Buffer.from([clientId, clientSecret].map(formEncode).join(':')).toString('base64');
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(clientAuth === 'basic' ? { authorization: `Basic ${basic}` } : {}),
  };
  const body = new URLSearchParams({ ...form, ...inBody }).toString();
  const limits = { timeoutMs: Math.min(TIMEOUT_MS, deadline - clock()), maxBytes: MAX_BYTES, signal };
  try {
    return await send({ method: 'POST', url, headers, body }, limits);
  } catch (error) {
    const late = error instanceof NetError && (error.reason === 'timed_out' || error.reason === 'aborted');
    throw new CredentialsUnavailable(late ? 'token_endpoint_timed_out' : 'token_endpoint_unavailable');
  }
}

/** RFC 6749 appendix B: each part is encoded before the two are joined. */
function formEncode(text: string): string {
  return new URLSearchParams({ a: text }).toString().slice(2);
}

function errorOf({ body }: NetAnswer): unknown {
  const parsed = parse(body);
  return isObject(parsed) ? own(parsed, 'error') : undefined;
}

function isAboutClient(answer: NetAnswer): boolean {
  return answer.status === 401 || (answer.status === 400 && errorOf(answer) === 'invalid_client');
}

/** Of OpenID Connect Core section 3.1.2.6, as Entra also uses them at the token endpoint. */
const ASKS_THE_USER: ReadonlySet<unknown> = new Set(['interaction_required', 'consent_required', 'login_required']);

function reasonOf(answer: NetAnswer): CredentialsReason {
  if (ASKS_THE_USER.has(errorOf(answer))) return 'interaction_required';
  const isRefusal = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  return isRefusal ? 'token_endpoint_refused' : 'token_endpoint_unavailable';
}

/** What goes into a header (RFC 6750 section 2.1). */
const TOKEN = /^[A-Za-z0-9\-._~+/]{1,8192}=*$/;

/** @throws CredentialsUnavailable for an answer without a bearer token */
function readToken({ body }: NetAnswer, now: number): IssuedToken {
  const parsed = parse(body);
  const answer = isObject(parsed) ? parsed : {};
  const token = own(answer, 'access_token');
  const type = own(answer, 'token_type');
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  if (typeof token !== 'string' || !TOKEN.test(token) || !isBearer) {
    throw new CredentialsUnavailable('token_endpoint_unavailable');
  }
  const given = Number(own(answer, 'expires_in') ?? DEFAULT_LIFE_S);
  const seconds = Number.isFinite(given) ? given : DEFAULT_LIFE_S;
  return { token, expiresAt: now + seconds * 1000 };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
