import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** In a process of its own: a history takes over timers and randomness. */
function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const words = ['--no-warnings', '--import', 'tsx', MAIN, ...args];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, words, { env, maxBuffer: 1e8 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, lines: `${stdout}${stderr}`.trim().split('\n') }),
    );
  });
}

/** Without how long it took. */
const untimed = (line = '') => line.replace(/ in \d+ s/, '');

test('whatever goes wrong, 300 random histories leave a trail that keeps every rule', async () => {
  const { code, lines } = await run('--runs', '300', '--seed', '1', '--workers', '1');
  expect([code, untimed(lines.at(-1))]).toEqual([0, 'seed 1: 300 histories, 18 rules, 0 broken']);
}, 180_000);

test('a seed and a path show the same history again, to the last line', async () => {
  const [one, other] = await Promise.all([run('--seed', '5', '--path', '7'), run('--seed', '5', '--path', '7')]);
  expect(one.lines.map(untimed)).toEqual(other.lines.map(untimed));
  expect(one.lines.length).toBeGreaterThan(10);
}, 180_000);

test('every part that is wrong on purpose is noticed, by the rule that is there for it', async () => {
  const { code, lines } = await run('--broken');
  const rows = lines.slice(2).map((line) => line.split(/ {2,}/));
  expect([code, rows.map(([name, , rule]) => [name, rule])]).toEqual([
    0,
    [
      ['no-intent', 'one decision'],
      ['effect-before-intent', 'intent first'],
      ['outcome-before-effect', 'outcome last'],
      ['double-execution', 'once'],
      ['lost-denial', 'one decision'],
      ['denied-runs', 'refused is not run'],
      ['differing-is-success', 'told as recorded'],
      ['tells-otherwise', 'told as recorded'],
      ['sweeps-young', 'swept in time'],
      ['sweeps-some', 'no orphan'],
      ['sweeps-first-page', 'no orphan'],
      ['sweeps-quietly', 'alarmed'],
      ['replay-overwrites', 'written once'],
      ['replay-drops', 'one decision'],
      ['seals-some', 'sealed once'],
      ['signs-first', 'claimed first'],
      ['no-backfill', 'sealed once'],
    ],
  ]);
}, 180_000);
