import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { type DevProcess, startDevProcess } from '../support/dev-process.ts';
import { readGuide } from '../support/guide-page.ts';

const execute = promisify(execFile);
const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '', TZ: 'Europe/Berlin' };
const page = readGuide('audit.md');
/** Every command that is followed by its answer. */
const EXAMPLES = [
  ...page.text.matchAll(/```sh\nnpm run -s gatehouse -- (audit .*)\n```\n\n```text\n([\s\S]*?)```/g),
].map(([, command = '', answer = '']) => [command, answer] as const);

let port = 0;
let callId = '';
let dev: DevProcess | undefined;

async function gatehouse(...args: readonly string[]): Promise<string> {
  return (
    await execute(process.execPath, ['cli/gatehouse.mjs', ...args, '--port', String(port)], { cwd: projectRoot, env })
  ).stdout;
}

/** What the page shows: alice calls echo and whoami, bob is refused echo. */
beforeAll(async () => {
  dev = await startDevProcess();
  port = Number(new URL(dev.url).port);
  const [alice, bob] = [dev.token, await gatehouse('token', 'bob')];
  const call = (token: string, tool: string, body: object) =>
    fetch(`http://localhost:${port}/tools/${tool}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call(alice, 'echo', { text: 'hi' });
  await call(alice, 'whoami', {});
  await call(bob, 'echo', { text: 'hi' });
  const [first = '{}'] = (
    await gatehouse('audit', 'query', '--local', '--tool', 'echo', '--state', 'ok', '--json')
  ).split('\n');
  callId = (JSON.parse(first) as { callId: string }).callId;
}, 60_000);
afterAll(() => dev?.stop());

/** Ids, hashes, times, addresses and widths are of a run, scopes those of the tools that there are. */
function masked(text: string): readonly string[] {
  return text
    .replaceAll(/usr_[0-9A-Z]{26}/g, 'usr_…')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b|(?<= )[\w-]{43}(?=\n)/g, '<hash>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3})?( \+0[12]:00)?/g, '<time>')
    .replaceAll(/D#\d{8}#\d\d/g, '<partition>')
    .replaceAll(/localhost:\d+/g, 'localhost')
    .replaceAll(/(ttl|latencyMs) +\d+/g, '$1 <n>')
    .replaceAll(/ {2,}\d+(?= +<id>)/g, '  <ms>')
    .replaceAll(/(?<=^(echo|whoami)( +\d+){4})( +\d+){2}/gm, '  <ms>')
    .replaceAll(/(?<=- +)\S+(?= +- +audit)/g, '<who>')
    .replaceAll(/(?<=scopes +)\[".*"\]/g, '<scopes>')
    .replaceAll(/[█─]+/g, '─')
    .replaceAll(/ +$/gm, '')
    .replaceAll(/ {2,}/g, '  ')
    .trim()
    .split('\n');
}

test('the page has an answer for each kind of question', () => {
  expect(EXAMPLES.map(([command]) => command.split(' ')[1])).toEqual(['query', 'query', 'show', 'stats', 'query']);
});

test.each(EXAMPLES)('%s answers what the page says', async (command, answer) => {
  const args = command.replace(/(?<=show )\S+/, callId).split(' ');
  expect(masked(await gatehouse(...args))).toEqual(masked(answer));
});
