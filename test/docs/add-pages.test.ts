import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';

const run = promisify(execFile);
const copy = mkdtempSync(join(tmpdir(), 'gatehouse-add-a-feature-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Starts the copied project's gateway, and uses what the three pages add, as alice. */
const TRY_IT = `
import { findFreePort } from './cli/dev/network.ts';
import { signIn } from './cli/demo/sign-in.ts';
import { createDevLog } from './cli/dev/dev-log.ts';
import { startDev } from './cli/dev/start.ts';
const gateway = await startDev({ port: await findFreePort(), context: {}, log: createDevLog(() => undefined) });
const { client } = await signIn({ url: gateway.state.url, user: 'alice' });
const { tools } = await client.listTools();
const called = await client.callTool({ name: 'remember', arguments: { note: 'Buy oats' } });
const got = await client.getPrompt({ name: 'review-deal', arguments: { deal: 'Oats' } });
const suggested = await client.complete({
  ref: { type: 'ref/prompt', name: 'review-deal' },
  argument: { name: 'quarter', value: 'Q' },
});
const read = await client.readResource({ uri: 'calendar://days/2026-12-24' });
process.stdout.write(
  JSON.stringify({
    names: tools.map((tool) => tool.name).filter((name) => ['echo', 'remember', 'whoami'].includes(name)).sort(),
    called: called.structuredContent,
    got: got.messages[0].content.text,
    suggested: suggested.completion.values,
    read: read.contents[0].text,
  }),
);
await client.close();
await gateway.stop();
process.exit(0);
`;

/** Does what one page says: its first TypeScript block is a file, its second one line for the index. */
function follow(page: string): string {
  const text = readFileSync(join(projectRoot, 'docs', page), 'utf8');
  const [file = '', line = ''] = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const path = /^\/\/ (shared\/\w+\/\S+)\n/.exec(file)?.[1] ?? '';
  writeFileSync(join(copy, path), file);
  const index = join(copy, dirname(path), 'index.ts');
  const before = readFileSync(index, 'utf8');
  // Whoever followed the page has the line already.
  if (!before.includes(line)) writeFileSync(index, before.replace('export {};\n', '') + line);
  return line.trim();
}

test('following the three pages to the letter adds a tool, a prompt and a resource that type-check and answer', async () => {
  for (const part of ['cli', 'functions', 'infra', 'shared', 'verifiers', 'package.json', 'tsconfig.json']) {
    cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
  const lines = ['add-a-tool.md', 'add-a-prompt.md', 'add-a-resource.md'].map(follow);
  writeFileSync(join(copy, 'try-it.ts'), TRY_IT);

  expect(lines.map((line) => line.split('\n').length)).toEqual([1, 1, 1]);
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: copy });
  const script = ['--no-warnings', '--import', 'tsx', 'try-it.ts'];
  const { stdout } = await run(process.execPath, script, { cwd: copy, env: { ...process.env, NODE_OPTIONS: '' } });
  expect(JSON.parse(stdout)).toEqual({
    names: ['echo', 'remember', 'whoami'],
    called: { saved: 'Buy oats', replaced: null },
    got: 'Look critically at the deal "Oats" in this quarter: what could make it fail?',
    suggested: ['Q1', 'Q2', 'Q3', 'Q4'],
    read: 'The office is closed.',
  });
}, 90_000);
