import { createPublicKey, type KeyObject } from 'node:crypto';
import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import { isOnThisMachine } from '../net/answer.ts';
import type { IdpDocumentSource, IdpPorts } from './idp-document.ts';
import { FETCH_LIMITS } from './idp-document.ts';

export interface SigningKey {
  readonly jwk: JsonObject;
  readonly key: KeyObject;
}

export interface KeySource {
  /**
   * The issuer's key of this id, or undefined when a fresh key set does not have it.
   *
   * @throws GatewayError KEYS_UNAVAILABLE when no key set can be had: the token may be good, so never a 401
   */
  find(kid: string): Promise<SigningKey | undefined>;
  /** Fetches ahead of the first request. Never throws. */
  hydrate(): Promise<void>;
}

const MINUTE = 60_000;
const DEFAULT_FRESH_MS = 10 * MINUTE;
const STALE_WHILE_REVALIDATE_MS = 60 * MINUTE;
const STALE_IF_ERROR_MS = 24 * 60 * MINUTE;
const UNKNOWN_KID_REFETCH_MS = 30_000;
const NEGATIVE_MS = 60_000;
const NEGATIVE_MAX = 200;
const FAILURE_PAUSE_MS = 5_000;
const MAX_KEYS = 100;

interface KeySet {
  readonly keys: ReadonlyMap<string, JsonObject>;
  readonly fetchedAt: number;
  readonly freshUntil: number;
}

/**
 * Keys of one issuer, by the policy in docs/architecture.md: one fetch at a time, stale while revalidating, a removed
 * key is dropped with the next set, and a flood of unknown key ids costs one fetch per 30 s.
 */
export function createKeySource(issuer: string, documents: IdpDocumentSource, ports: IdpPorts): KeySource {
  const { clock, log } = ports;
  const absent = new Map<string, number>();
  const parsed = new Map<JsonObject, SigningKey>();
  let set: KeySet | undefined;
  let lastAttempt = Number.NEGATIVE_INFINITY;
  let lastFailed = false;
  let running: Promise<void> | undefined;

  const fetchSet = async (): Promise<void> => {
    const startedAt = clock();
    lastAttempt = startedAt;
    try {
      const { jwksUri } = await documents.get();
      const { json, maxAgeSeconds } = await ports.getJson(jwksUri, {
        allowHttp: isOnThisMachine(issuer),
        ...FETCH_LIMITS,
      });
      const age = maxAgeSeconds === undefined ? DEFAULT_FRESH_MS : clamp(maxAgeSeconds * 1000);
      // The answer is as old as the question: Lambda may have frozen the process in between.
      set = { keys: readKeys(json), fetchedAt: startedAt, freshUntil: startedAt + age };
      parsed.clear();
      lastFailed = false;
    } catch (error) {
      lastFailed = true;
      // The pause starts now: an issuer that hangs must not cost every request the whole timeout.
      lastAttempt = clock();
      const reason = error instanceof Error ? error.message : 'unknown';
      log.warn('jwks.failed', { dependency: 'jwks', issuer, reason });
    }
  };
  const refresh = (): Promise<void> => {
    running ??= fetchSet().finally(() => {
      running = undefined;
    });
    return running;
  };
  /** After a failure the issuer gets a pause, so that an outage is not answered with a fetch a request. */
  const mayFetch = (pause: number): boolean =>
    running !== undefined || clock() - lastAttempt >= (lastFailed ? FAILURE_PAUSE_MS : pause);

  const currentSet = async (): Promise<KeySet> => {
    const age = set === undefined ? Number.POSITIVE_INFINITY : clock() - set.fetchedAt;
    if (set !== undefined && clock() >= set.freshUntil && mayFetch(0)) {
      const refreshed = refresh();
      if (age > STALE_WHILE_REVALIDATE_MS) await refreshed;
    } else if (set === undefined && mayFetch(0)) {
      await refresh();
    }
    if (set === undefined || clock() - set.fetchedAt > STALE_IF_ERROR_MS) {
      throw new GatewayError('KEYS_UNAVAILABLE', { reason: 'jwks_unavailable' });
    }
    return set;
  };

  const findUnknown = async (kid: string): Promise<JsonObject | undefined> => {
    const until = absent.get(kid);
    if (until !== undefined && clock() < until) return undefined;
    // A fetch on its way may have been answered before the key was published, so it proves nothing.
    const proves = running === undefined && mayFetch(UNKNOWN_KID_REFETCH_MS);
    if (proves || running !== undefined) await refresh();
    const found = set?.keys.get(kid);
    // An outage is no proof that the key does not exist: the client must keep its token.
    if (found === undefined && lastFailed) throw new GatewayError('KEYS_UNAVAILABLE', { reason: 'jwks_unavailable' });
    // Not while the issuer was not asked: somebody's junk must not hide a key that came with a rotation just now.
    if (found === undefined && proves) remember(absent, kid, clock() + NEGATIVE_MS);
    return found;
  };

  return {
    hydrate: async () => {
      if (set === undefined) await refresh();
    },
    find: async (kid) => {
      const jwk = (await currentSet()).keys.get(kid) ?? (await findUnknown(kid));
      if (jwk === undefined) return undefined;
      const known = parsed.get(jwk);
      if (known) return known;
      const made: SigningKey = { jwk, key: toKey(jwk) };
      parsed.set(jwk, made);
      return made;
    },
  };
}

/** The issuer published something that is no public key: tokens that name it are refused, and not a defect of ours. */
function toKey(jwk: JsonObject): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    throw new GatewayError('JWT_VERIFY_FAILED', { reason: 'key_unusable' });
  }
}

function clamp(ms: number): number {
  return Math.min(15 * MINUTE, Math.max(5 * MINUTE, ms));
}

function remember(absent: Map<string, number>, kid: string, until: number): void {
  const oldest = absent.keys().next().value;
  if (absent.size >= NEGATIVE_MAX && oldest !== undefined) absent.delete(oldest);
  absent.delete(kid);
  absent.set(kid, until);
}

function readKeys(json: unknown): ReadonlyMap<string, JsonObject> {
  const list = isObject(json) ? own(json, 'keys') : undefined;
  if (!Array.isArray(list) || list.length > MAX_KEYS) throw new Error('not_a_key_set');
  const keys = new Map<string, JsonObject>();
  for (const key of list as unknown[]) {
    if (!isObject(key)) continue;
    const kid = own(key, 'kid');
    // A key id that occurs twice in one set is ambiguous; the first one wins, as for aws-jwt-verify.
    if (typeof kid === 'string' && !keys.has(kid)) keys.set(kid, key);
  }
  return keys;
}
