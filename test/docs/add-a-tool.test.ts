import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';

const run = promisify(execFile);
const copy = mkdtempSync(join(tmpdir(), 'gatehouse-add-a-tool-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Starts the copied project's gateway, and lists and calls what a test names, as alice. */
const TRY_IT = `
import { findFreePort } from './cli/dev/network.ts';
import { signIn } from './cli/demo/sign-in.ts';
import { createDevLog } from './cli/dev/dev-log.ts';
import { startDev } from './cli/dev/start.ts';
const gateway = await startDev({ port: await findFreePort(), context: {}, log: createDevLog(() => undefined) });
const { client } = await signIn({ url: gateway.state.url, user: 'alice' });
const { tools } = await client.listTools();
const [name, args] = process.argv.slice(2);
const called = await client.callTool({ name, arguments: JSON.parse(args) });
process.stdout.write(JSON.stringify({ names: tools.map((tool) => tool.name).sort(), called: called.structuredContent }));
await client.close();
await gateway.stop();
process.exit(0);
`;

test('following docs/add-a-tool.md to the letter gives a tool that type-checks, is listed and answers', async () => {
  const page = readFileSync(join(projectRoot, 'docs/add-a-tool.md'), 'utf8');
  const [file, line] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const path = /^\/\/ (shared\/tools\/\S+)\n/.exec(file ?? '')?.[1] ?? '';
  for (const part of ['cli', 'functions', 'infra', 'shared', 'package.json', 'tsconfig.json']) {
    cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
  const index = join(copy, 'shared/tools/index.ts');
  writeFileSync(join(copy, path), file ?? '');
  writeFileSync(index, readFileSync(index, 'utf8') + line);
  writeFileSync(join(copy, 'try-it.ts'), TRY_IT);

  expect(line?.trim().split('\n').length).toBe(1);
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: copy });
  const script = ['--no-warnings', '--import', 'tsx', 'try-it.ts', 'remember', '{"note":"Buy oats"}'];
  const { stdout } = await run(process.execPath, script, { cwd: copy, env: { ...process.env, NODE_OPTIONS: '' } });
  expect(JSON.parse(stdout)).toEqual({
    names: ['echo', 'remember', 'whoami'],
    called: { saved: 'Buy oats', replaced: null },
  });
}, 90_000);
