import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';

const SCRIPTS = ['conformance', 'differential', 'fuzz', 'history', 'inspector', 'test:browser', 'test:deploy'];
const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The command behind `npm run <name> -- <args>`, without npm. */
function run(name: string, ...args: readonly string[]) {
  const words = scripts[name]!.split(' ').slice(1);
  const env = { ...process.env, NODE_OPTIONS: '' };
  return new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [...words, ...args], { cwd: projectRoot, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

test.each(SCRIPTS)(
  'npm run %s explains itself, and a wrong command line is explained and ends with 2',
  async (name) => {
    const [asked, mistyped] = await Promise.all([run(name, '--help'), run(name, '--hlep')]);
    const usage = asked.stdout.startsWith(`Usage: npm run ${name}`);
    const [sentence = ''] = mistyped.stderr.split('\n');
    expect({ code: asked.code, usage, stderr: asked.stderr }).toEqual({ code: 0, usage: true, stderr: '' });
    expect({ ...mistyped, stderr: sentence.slice(0, 23), help: mistyped.stderr.endsWith(asked.stdout) }).toEqual({
      code: 2,
      stdout: '',
      stderr: "Unknown option '--hlep'",
      help: true,
    });
  },
);

test.each([
  ['conformance', ['--set', '2024-11-05'], '--set 2024-11-05 is none of 2026-07-28, 2025-11-25.'],
  ['test:browser', ['--only', 'books'], '--only books is none of pages, story.'],
  ['differential', ['--runs', 'many'], '--runs and --seed are whole numbers.'],
  ['history', ['--runs', 'many'], '--runs, --seed and --workers are whole numbers.'],
  ['fuzz', ['9'], 'The number of runs is a whole one, 10 or more.'],
  ['fuzz', ['10', '20'], '20 is one word too many.'],
])(
  'npm run %s -- %j is refused',
  async (name, args, sentence) => {
    const { code, stderr } = await run(name, ...args);
    expect([code, stderr.split('\n')[0]]).toEqual([2, sentence]);
  },
  60_000,
);
