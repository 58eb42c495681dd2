import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import { OAuthError } from './errors.ts';
import type { RelayKey, RelayKeys } from './keys.ts';
import { isLoopback } from './redirect-uri.ts';

/** What a client said of itself. */
export interface RegisteredClient {
  readonly name: string;
  readonly redirectUris: readonly string[];
}

export interface Registration {
  /** RFC 7591 section 3.2.1: the answer to a body. @throws OAuthError invalid_client_metadata, invalid_redirect_uri */
  register(metadata: unknown): Promise<JsonObject>;
  /** Undefined for an id that this gateway did not make, or made with a key that is gone. */
  open(id: string): Promise<RegisteredClient | undefined>;
}

export interface RegistrationOptions {
  readonly keys: RelayKeys;
  /** Our public URL: an id of another gateway is none of ours. */
  readonly origin: string;
  readonly clock: Clock;
  /** The redirect URIs over https that may be registered. */
  readonly allowed: readonly string[];
}

const MAX_URIS = 5;
const MAX_NAME = 100;
const MAX_ID = 1024;
const ID = /^dcr1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;
/** Control and format characters could make a name look like another one. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Stateless: the id is what was registered, with our signature. Nothing is stored, so nobody can fill anything. */
export function createRegistration({ keys, origin, clock, allowed }: RegistrationOptions): Registration {
  const sign = (key: RelayKey, payload: string) =>
    createHmac('sha256', key.derive('client')).update(`dcr1.${origin}.${key.kid}.${payload}`).digest('base64url');
  return {
    register: async (metadata) => {
      const { name, redirectUris } = readMetadata(metadata, allowed);
      const issuedAt = Math.floor(clock() / 1000);
      const payload = encode({ n: name, r: redirectUris, t: issuedAt });
      const key = await keys.current();
      const id = `dcr1.${key.kid}.${payload}.${sign(key, payload)}`;
      if (id.length > MAX_ID) refuse('invalid_client_metadata', 'name and redirect URIs are too long together');
      return {
        client_id: id,
        client_id_issued_at: issuedAt,
        client_name: name,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      };
    },
    open: async (id) => {
      const [, kid = '', payload = '', signature = ''] = (id.length <= MAX_ID && ID.exec(id)) || [];
      const key = payload === '' ? undefined : await keys.find(kid);
      if (key === undefined || !isSame(sign(key, payload), signature)) return undefined;
      const { n: name, r: redirectUris } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      return { name, redirectUris };
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** As text: another encoding of the same signature is another text. */
function isSame(ours: string, theirs: string): boolean {
  return ours.length === theirs.length && timingSafeEqual(Buffer.from(ours), Buffer.from(theirs));
}

function readMetadata(metadata: unknown, allowed: readonly string[]): RegisteredClient {
  if (!isObject(metadata)) return refuse('invalid_client_metadata', 'the body must be a JSON object');
  const redirectUris = own(metadata, 'redirect_uris');
  if (!Array.isArray(redirectUris) || redirectUris.length < 1 || redirectUris.length > MAX_URIS) {
    return refuse('invalid_redirect_uri', `send 1 to ${MAX_URIS} redirect_uris`);
  }
  if (!redirectUris.every((uri) => typeof uri === 'string' && (isLoopback(uri) || allowed.includes(uri)))) {
    return refuse(
      'invalid_redirect_uri',
      'only http on localhost, 127.0.0.1 or [::1], and URIs known here, may register',
    );
  }
  const name = own(metadata, 'client_name') ?? 'Unnamed client';
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME || UNPRINTABLE.test(name)) {
    return refuse('invalid_client_metadata', `client_name must be 1 to ${MAX_NAME} printable characters`);
  }
  return { name, redirectUris };
}

function refuse(error: 'invalid_client_metadata' | 'invalid_redirect_uri', description: string): never {
  throw new OAuthError(error, description);
}
