import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { close } from '../../cli/dev/network.ts';
import { projectRoot } from '../../infra/project.ts';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import { bodyHash, requestHash } from '../../shared/backend/request-hash.ts';
import { assertionClaims, BACKEND, GATEWAY } from '../support/assertion.ts';
import { listenAnywhere } from '../support/listen.ts';
import { keysOf } from './keys.ts';
import { blocksOf, PAGE } from './page.ts';
import { readTable } from './table.ts';
import { CURRENT, REQUEST } from './vector.ts';

const { vectors } = readTable();
const partsOf = (assertion: string) =>
  assertion
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));

test('its example is an assertion of the table', () => {
  const [header, claims] = blocksOf('json').map((text) => JSON.parse(text));
  const [signedHeader, signedClaims] = partsOf(vectors[0]!.steps[0]!.assertion);
  expect([header, claims]).toEqual([signedHeader, { ...signedClaims, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
});

test('it explains every claim', () => {
  const rows = [...PAGE.matchAll(/^\| (`\w+`(?: `\w+`)*) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);
  const [, claims] = partsOf(vectors[0]!.steps[0]!.assertion);
  expect(rows.sort()).toEqual(Object.keys(claims).sort());
});

test('its list of checks has every refusal of the table, in the order in which they are made', () => {
  const rows = [...PAGE.matchAll(/^\| .* \| `(\w+)` \| [^|]+ \|$/gm)].map(([, code]) => code);
  const seen = new Set(vectors.flatMap(({ steps }) => steps.map((step) => step.expect)));
  expect([rows, new Set(rows)]).toEqual([
    ['malformed', 'type', 'unknown_key', 'signature', 'issuer', 'audience', 'time', 'request', 'replayed'],
    new Set([...seen].filter((code) => code !== 'accepted')),
  ]);
});

test('its recipe of the hash has the result of ours', () => {
  const [recipe = ''] = blocksOf('bash');
  const format = /printf '(gatehouse-request-v1.*)%s'/.exec(recipe)?.[1]?.replaceAll('\\n', '\n');
  const { method, path, query } = REQUEST;
  expect({
    hashed: `${format}${bodyHash(REQUEST.body)}`,
    result: /^# (\S+)$/m.exec(recipe)?.[1],
    body: recipe.includes(`'%s' '${REQUEST.body}'`),
    cases: PAGE.includes(`has ${vectors.length} cases`),
  }).toEqual({
    hashed: ['gatehouse-request-v1', method, path, query, bodyHash(REQUEST.body)].join('\n'),
    result: requestHash(REQUEST, bodyHash(REQUEST.body)),
    body: true,
    cases: true,
  });
});

describe('its code', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-page-'));
  let keys: Server;
  let issuer = '';
  beforeAll(async () => {
    keys = createServer((_request, response) => response.end(JSON.stringify({ keys: [CURRENT.jwk] })));
    issuer = `http://127.0.0.1:${await listenAnywhere(keys)}`;
    Object.assign(process.env, { GATEHOUSE_URL: issuer, GATEHOUSE_AUDIENCE: BACKEND });
    copyFileSync(
      join(projectRoot, 'verifiers', 'node', 'verify-gatehouse.mjs'),
      join(directory, 'verify-gatehouse.mjs'),
    );
    for (const code of blocksOf('js')) {
      const name = /^\/\/ (\w+\.mjs)$/m.exec(code)?.[1];
      if (name !== undefined) writeFileSync(join(directory, name), code.replaceAll(GATEWAY, issuer));
    }
  });
  afterAll(async () => {
    await close(keys);
    rmSync(directory, { recursive: true });
  });
  const authorization = async () => {
    const signer = createAssertionSigner({ keys: keysOf(CURRENT), clock: Date.now, issuer });
    return `Bearer ${await signer.sign(assertionClaims({ request: REQUEST }))}`;
  };
  const user = { you: 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF', tool: 'crmGetSalesSummary' };

  test('for a server answers to the user, once, and to no other request', async () => {
    const { server } = (await import(join(directory, 'server.mjs'))) as { readonly server: Server };
    const origin = `http://127.0.0.1:${await listenAnywhere(server)}`;
    const { method, path, query } = REQUEST;
    const call = async (header: string, body: string) => {
      const options = { method, headers: { authorization: header }, body };
      const response = await fetch(`${origin}${path}?${query}`, options);
      return [response.status, await response.text()];
    };
    const good = await authorization();
    const answers = [
      await call('', '{}'),
      await call(good, '{}'),
      await call(good, String(REQUEST.body)),
      await call(good, String(REQUEST.body)),
    ];
    await close(server);
    expect(answers).toEqual([
      [401, ''],
      [401, ''],
      [200, JSON.stringify(user)],
      [401, ''],
    ]);
  });

  test('for a function does the same', async () => {
    type Handler = (event: object) => Promise<{ readonly statusCode: number; readonly body?: string }>;
    const { handler } = (await import(join(directory, 'handler.mjs'))) as { readonly handler: Handler };
    const event = {
      headers: { authorization: await authorization() },
      rawPath: REQUEST.path,
      rawQueryString: REQUEST.query,
      requestContext: { http: { method: REQUEST.method } },
      isBase64Encoded: true,
    };
    const body = Buffer.from(String(REQUEST.body)).toString('base64');
    expect([
      await handler(event),
      await handler({ ...event, body, rawPath: '/' }),
      await handler({ ...event, body }),
      await handler({ ...event, body }),
    ]).toEqual([
      { statusCode: 401 },
      { statusCode: 401 },
      { statusCode: 200, body: JSON.stringify(user) },
      { statusCode: 401 },
    ]);
  });
});
