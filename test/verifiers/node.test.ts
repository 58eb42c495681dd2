import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { close } from '../../cli/dev/network.ts';
import { projectRoot } from '../../infra/project.ts';
import { createVerifier, inMemory } from '../../verifiers/node/verify-gatehouse.mjs';
import { listenAnywhere } from '../support/listen.ts';
import { comparable, readTable } from './table.ts';
import { AT, CURRENT, NEXT, REQUEST, type Step, signed } from './vector.ts';
import { createVectors, type VectorTable } from './vectors.ts';

type Jwk = Readonly<Record<string, unknown>>;

/** What a backend answers to each step. */
async function run({ issuer, audience, jwks }: VectorTable, steps: readonly Step[]): Promise<readonly string[]> {
  let at = 0;
  const fetchKeys = async () => jwks.keys as readonly Jwk[];
  const verify = createVerifier({ issuer, audience, now: () => at * 1000, fetchKeys });
  const results: string[] = [];
  for (const step of steps) {
    at = step.at;
    const { assertion, method, path, query, body } = step;
    const seen = body === null ? { bodyLater: true } : { body: Buffer.from(body, 'base64') };
    const result = await verify({ assertion, method, path, query, ...seen }).then(
      (claims) => (isDeepStrictEqual({ ...claims }, payloadOf(assertion)) ? 'accepted' : 'accepted with other claims'),
      (error) => `${error.code}${error.status === 401 ? '' : ` with ${error.status}`}`,
    );
    results.push(result);
  }
  return results;
}

function payloadOf(assertion: string): unknown {
  return JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
}

const fresh = await createVectors();
const published = readTable();

describe.each([
  ['a new table', fresh],
  ['the table of the repository', published],
])('of %s', (_name, table) => {
  test.each(table.vectors.map(({ name, steps }) => [name, steps] as const))('%s', async (_case, steps) => {
    expect(await run(table, steps)).toEqual(steps.map(({ expect: expected }) => expected));
  });
});

test('the table of the repository has what the signer signs now; if not: npm run test:verifiers -- --write', () => {
  expect(comparable(published)).toEqual(comparable(fresh));
});

test('the file has at most 60 lines and needs nothing but node:crypto', () => {
  const source = readFileSync(join(projectRoot, 'verifiers', 'node', 'verify-gatehouse.mjs'), 'utf8');
  expect([source.trimEnd().split('\n').length <= 60, source.match(/\b(?:import|require)\b[^;]*;/g)]).toEqual([
    true,
    ["import { createHash, createPublicKey, verify } from 'node:crypto';"],
  ]);
});

describe('keys', () => {
  const world = { now: AT * 1000, asked: 0, keys: [CURRENT.jwk] as readonly object[], down: false };
  const create = () =>
    createVerifier({
      issuer: fresh.issuer,
      audience: fresh.audience,
      now: () => world.now,
      fetchKeys: async () => {
        world.asked++;
        if (world.down) throw new Error('down');
        return world.keys as readonly Jwk[];
      },
    });
  const ask = async (verify: ReturnType<typeof create>, key = CURRENT) =>
    verify({ ...REQUEST, body: REQUEST.body ?? '', assertion: await signed(REQUEST, key) }).then(
      () => 'accepted',
      ({ code, status }) => `${code} ${status}`,
    );
  afterEach(() => void Object.assign(world, { now: AT * 1000, asked: 0, keys: [CURRENT.jwk], down: false }));

  test('are asked for once for calls that come together, and again after ten minutes', async () => {
    const verify = create();
    const together = await Promise.all(Array.from({ length: 20 }, () => ask(verify)));
    const first = world.asked;
    world.now += 60_000;
    await ask(verify);
    const later = world.asked;
    world.now += 540_001;
    await ask(verify);
    expect([new Set(together), first, later, world.asked]).toEqual([new Set(['accepted']), 1, 1, 2]);
  });

  test('that are not known are looked for once in thirty seconds', async () => {
    const verify = create();
    await ask(verify);
    world.now += 30_001;
    const unknown = [await ask(verify, NEXT), await ask(verify, NEXT), await ask(verify, NEXT)];
    const asked = world.asked;
    world.keys = [CURRENT.jwk, NEXT.jwk];
    world.now += 29_000;
    const tooEarly = await ask(verify, NEXT);
    world.now += 1001;
    expect([unknown, asked, tooEarly, await ask(verify, NEXT)]).toEqual([
      ['unknown_key 401', 'unknown_key 401', 'unknown_key 401'],
      2,
      'unknown_key 401',
      'accepted',
    ]);
  });

  test('that nobody can tell are no reason to sign in again: 503, and asked for every two seconds at most', async () => {
    world.down = true;
    const verify = create();
    const answers = [await ask(verify), await ask(verify)];
    const asked = world.asked;
    world.now += 2001;
    world.down = false;
    expect([answers, asked, await ask(verify)]).toEqual([
      ['keys_unavailable 503', 'keys_unavailable 503'],
      1,
      'accepted',
    ]);
  });

  test('once known are good for a day without the gateway, and not longer', async () => {
    const clock = { now: AT * 1000 };
    const verify = createVerifier({
      issuer: fresh.issuer,
      audience: fresh.audience,
      now: () => clock.now,
      fetchKeys: async () => {
        if (clock.now > AT * 1000) throw new Error('down');
        return [CURRENT.jwk] as unknown as readonly Jwk[];
      },
    });
    const codeAt = async (ms: number) => {
      clock.now = AT * 1000 + ms;
      return ask(verify);
    };
    expect([await codeAt(0), await codeAt(86_399_999), await codeAt(86_400_000)]).toEqual([
      'accepted',
      'time 401',
      'keys_unavailable 503',
    ]);
  });
});

describe('over HTTP', () => {
  let server: Server;
  afterEach(() => close(server));
  const answer = async (listener: RequestListener) => {
    server = createServer(listener);
    const verify = createVerifier({
      issuer: `http://127.0.0.1:${await listenAnywhere(server)}`,
      audience: fresh.audience,
      now: () => AT * 1000,
    });
    return verify({ ...REQUEST, body: REQUEST.body ?? '', assertion: await signed() }).catch(({ code }) => code);
  };

  test('the keys come from the well-known path of the issuer', async () => {
    const paths: unknown[] = [];
    const code = await answer(({ url }, response) => {
      paths.push(url);
      response.end(JSON.stringify({ keys: [CURRENT.jwk] }));
    });
    // The signature is good by the key that came; the issuer of the assertion is another one.
    expect([paths, code]).toEqual([['/.well-known/jwks.json'], 'issuer']);
  });

  test.each<readonly [string, RequestListener]>([
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['an error', (_request, response) => response.writeHead(503).end('{"error":"no"}')],
    ['no JSON', (_request, response) => response.end('<html>')],
    ['no set of keys', (_request, response) => response.end('{"keys":{}}')],
    ['a broken connection', (request) => request.socket.destroy()],
  ])('%s is no answer', async (_name, listener) => {
    expect(await answer(listener)).toBe('keys_unavailable');
  });
});

test('the memory of used ids forgets them when nobody could accept them any more', () => {
  const used = new Map<string, number>();
  let now = 0;
  const firstUse = inMemory(() => now * 1000, used);
  for (now = 0; now < 1000; now++) firstUse(`id ${now}`, now + 60);
  expect([firstUse('id 999', 1059), firstUse('id 936', 996), used.size < 70]).toEqual([false, false, true]);
});
