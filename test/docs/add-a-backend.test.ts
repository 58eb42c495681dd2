import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';

const run = promisify(execFile);
const copy = mkdtempSync(join(tmpdir(), 'gatehouse-add-a-backend-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A CRM that verifies who asks, behind the copied project's gateway, asked by alice. */
const TRY_IT = `
import { createServer } from 'node:http';
import { findFreePort } from './cli/dev/network.ts';
import { signIn } from './cli/demo/sign-in.ts';
import { createDevLog } from './cli/dev/dev-log.ts';
import { startDev } from './cli/dev/start.ts';
import { createVerifier } from './verifiers/node/verify-gatehouse.mjs';
const port = await findFreePort();
const url = 'http://localhost:' + (port + 4) + '/api';
const verify = createVerifier({ issuer: 'http://localhost:' + port, audience: url });
const server = createServer(async ({ method, url: target, headers }, response) => {
  const [path, query] = target.split('?');
  const claims = await verify({ assertion: headers.authorization.slice(7), method, path, query });
  response.setHeader('content-type', 'application/json');
  if (path.endsWith('/gone')) return response.writeHead(404).end('{"trace":"secret"}');
  response.end(JSON.stringify({ account: claims.tool + ' ' + path + ' ' + query, amount: 7, internal: 'secret' }));
});
await new Promise((resolve) => server.listen(port + 4, '127.0.0.1', resolve));
const context = { backends: JSON.stringify({ crm: { url } }) };
const gateway = await startDev({ port, context, log: createDevLog(() => undefined) });
const { client } = await signIn({ url: gateway.state.url, user: 'alice' });
const found = await client.callTool({ name: 'getDeal', arguments: { id: 'd 1' } });
const gone = await client.callTool({ name: 'getDeal', arguments: { id: 'gone' } });
process.stdout.write(JSON.stringify({ found: found.structuredContent, gone: [gone.isError, gone.content] }));
await client.close();
await gateway.stop();
process.exit(0);
`;

test('following the page to the letter puts a service behind the gateway, which knows who asks', async () => {
  for (const part of ['cli', 'functions', 'infra', 'shared', 'verifiers', 'package.json', 'tsconfig.json']) {
    cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
  const page = readFileSync(join(projectRoot, 'docs/add-a-backend.md'), 'utf8');
  const [row = '', file = '', line = ''] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(copy, path), change(readFileSync(join(copy, path), 'utf8')));
  edit('shared/backends/index.ts', (text) => text.replace('BACKENDS = {\n', `BACKENDS = {\n${row}`));
  writeFileSync(join(copy, 'shared/tools/get-deal.ts'), file);
  edit('shared/tools/index.ts', (text) => text + line);
  writeFileSync(join(copy, 'try-it.ts'), TRY_IT);

  expect([row, line].map((text) => text.trim().split('\n').length)).toEqual([1, 1]);
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: copy });
  const script = ['--no-warnings', '--import', 'tsx', 'try-it.ts'];
  const { stdout } = await run(process.execPath, script, { cwd: copy, env: { ...process.env, NODE_OPTIONS: '' } });
  expect(JSON.parse(stdout)).toEqual({
    found: { account: 'getDeal /api/deals/d%201 currency=EUR', amount: 7 },
    gone: [true, [{ type: 'text', text: 'There is no such deal. List the deals first.' }]],
  });

  // The demo has nowhere to be told an address, and nothing to do with the CRM.
  const demo = await run(process.execPath, ['cli/gatehouse.mjs', 'demo'], {
    cwd: copy,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect([demo.stdout.includes('getDeal'), demo.stdout.includes('The audit trail, read back')]).toEqual([false, true]);
}, 90_000);
