import type { SentRequest } from '../../shared/backend/request-hash.ts';
import { BACKEND, GATEWAY } from '../support/assertion.ts';
import { forgeries } from './forgeries.ts';
import { AT, type Changed, CURRENT, NEXT, REQUEST, type Step, signed, step, type Vector } from './vector.ts';

export interface VectorTable {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: { readonly keys: readonly object[] };
  readonly vectors: readonly Vector[];
}

/** Everything that a verifier has to accept and to refuse; signatures and ids differ from one table to the next. */
export async function createVectors(): Promise<VectorTable> {
  const other = { kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA', kid: 'on another curve', use: 'sig', alg: 'ES384' };
  return {
    issuer: GATEWAY,
    audience: BACKEND,
    jwks: { keys: [CURRENT.jwk, NEXT.jwk, other] },
    vectors: [
      ...(await accepted()),
      ...(await otherRequests()),
      ...(await replays()),
      ...(await times()),
      ...(await forgeries()),
    ],
  };
}

async function accepted(): Promise<readonly Vector[]> {
  const requests: ReadonlyArray<readonly [string, SentRequest]> = [
    ['a request with a query and a JSON body', REQUEST],
    ['a request without query and body', { method: 'GET', path: '/', query: '' }],
    ['a path with escapes', { method: 'GET', path: '/v1/a%20b/%2F%2e/c', query: '' }],
    ['a query with repetitions, blanks and a question mark', { method: 'GET', path: '/s', query: 'q=a+b%20c&q=&q?d' }],
    ['a body of text beyond ASCII', { ...REQUEST, body: '{"name":"Zoë €"}' }],
    ['a body of bytes that are no text', { ...REQUEST, body: Buffer.from(Array.from({ length: 256 }, (_, at) => at)) }],
    ['another method', { method: 'DELETE', path: '/v1/deals/7', query: '' }],
  ];
  const vectors = requests.map(async ([name, request]) => {
    return { name, steps: [step(await signed(request), 'accepted', { body: undefined, ...request })] };
  });
  const retried = [step(await signed(), 'accepted'), step(await signed(), 'accepted')];
  return [
    ...(await Promise.all(vectors)),
    { name: 'a retry with an assertion of its own', steps: retried },
    { name: 'the next key', steps: [step(await signed(REQUEST, NEXT), 'accepted')] },
    { name: 'an authorizer, which sees no body', steps: [step(await signed(), 'accepted', { body: null })] },
  ];
}

async function otherRequests(): Promise<readonly Vector[]> {
  const changes: ReadonlyArray<readonly [string, Changed]> = [
    ['another path', { path: '/v1/sales/other' }],
    ['a path with a slash more', { path: '/v1/sales/summary/' }],
    ['a path in other letters', { path: '/v1/sales/Summary' }],
    ['a path that means the same', { path: '/v1/x/../sales/summary' }],
    ['a path with an escape that means the same', { path: '/v1/sales/%73ummary' }],
    ['a query that was taken for the path', { path: '/v1/sales/summary?year=2025&quarter=4', query: '' }],
    ['another query', { query: 'year=2025&quarter=3' }],
    ['a query in another order', { query: 'quarter=4&year=2025' }],
    ['a query with more', { query: 'year=2025&quarter=4&all=true' }],
    ['no query', { query: '' }],
    ['another body', { body: '{"detail":null}' }],
    ['a body that means the same', { body: '{ "detail": true }' }],
    ['a body with a line end more', { body: '{"detail":true}\n' }],
    ['no body', { body: '' }],
    ['another method', { method: 'PUT' }],
    ['the method in lower case', { method: 'post' }],
    ['another path before an authorizer', { path: '/v1/sales/other', body: null }],
    ['another query before an authorizer', { query: '', body: null }],
    ['another method before an authorizer', { method: 'GET', body: null }],
    ['a path that ends in lines of its own', { path: '/v1/sales/summary\nyear=2025&quarter=4', query: '' }],
  ];
  return Promise.all(
    changes.map(async ([name, changed]) => {
      return { name: `refused: ${name}`, steps: [step(await signed(), 'request', changed)] };
    }),
  );
}

async function replays(): Promise<readonly Vector[]> {
  const once = await signed();
  const late = await signed();
  const tried = await signed();
  return [
    { name: 'refused: the same request again', steps: [step(once, 'accepted'), step(once, 'replayed')] },
    {
      name: 'refused: the same request again, to the last moment',
      steps: [step(late, 'accepted'), step(late, 'replayed', { at: AT + 64 })],
    },
    {
      name: 'an attempt for another request uses nothing up',
      steps: [
        step(tried, 'request', { body: '{}' }),
        step(tried, 'accepted'),
        step(tried, 'request', { body: '{}' }),
        step(tried, 'replayed'),
      ],
    },
  ];
}

async function times(): Promise<readonly Vector[]> {
  const at = async (name: string, seconds: number, expect: Step['expect']) => {
    return { name, steps: [step(await signed(), expect, { at: AT + seconds })] };
  };
  return [
    await at('at its end, by a clock that is ahead', 64, 'accepted'),
    await at('refused: expired', 65, 'time'),
    await at('refused: expired for long', 86_400, 'time'),
    await at('before its beginning, by a clock that is behind', -4, 'accepted'),
    await at('refused: from the future', -5, 'time'),
  ];
}
