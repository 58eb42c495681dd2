import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import type { SentRequest } from '../../shared/backend/request-hash.ts';
import { assertionClaims, GATEWAY } from '../support/assertion.ts';
import { NOW } from '../support/config.ts';
import { keysOf, type TestKey, testKey } from './keys.ts';

/** Why a verifier refuses, in the order of its checks. */
export type Refusal =
  | 'malformed'
  | 'type'
  | 'unknown_key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'time'
  | 'request'
  | 'replayed';

/** A request as it reaches a backend, and what becomes of it. */
export interface Step {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  readonly assertion: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Base64; null for an authorizer, which sees no body. */
  readonly body: string | null;
  readonly expect: 'accepted' | Refusal;
}

/** Steps of one backend, in order: it remembers what was used. */
export interface Vector {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const AT = NOW / 1000;
export const CURRENT = testKey('the key that signs');
export const NEXT = testKey('the key after it');

export const REQUEST: SentRequest = {
  method: 'POST',
  path: '/v1/sales/summary',
  query: 'year=2025&quarter=4',
  body: '{"detail":true}',
};

/** By the gateway's own signer, at the time of the table. */
export function signed(request: SentRequest = REQUEST, key: TestKey = CURRENT): Promise<string> {
  const signer = createAssertionSigner({ keys: keysOf(key), clock: () => NOW, issuer: GATEWAY });
  return signer.sign(assertionClaims({ request }));
}

/** Of a step, instead of what was signed. */
export interface Changed {
  readonly at?: number;
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  /** Null: not seen. */
  readonly body?: string | Uint8Array | null | undefined;
}

export function step(assertion: string, expect: Step['expect'], changed: Changed = {}): Step {
  const { at, method, path, query, body } = { at: AT, ...REQUEST, ...changed };
  const bytes = body === null ? null : Buffer.from(body ?? '').toString('base64');
  return { at, assertion, method, path, query, body: bytes, expect };
}
