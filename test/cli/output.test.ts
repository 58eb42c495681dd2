import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { createTestSigner } from '../support/sealing.ts';

/** What a shell makes of a command line in which `gatehouse` is the command; the code is that of gatehouse. */
async function shell(line: string) {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '', NODE: process.execPath };
  const script = `gatehouse() { "$NODE" cli/gatehouse.mjs "$@"; }\n${line}\nexit \${PIPESTATUS[0]}`;
  const child = spawn('bash', ['-c', script], { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stderr };
}

const broken = mkdtempSync(join(tmpdir(), 'gatehouse-output-'));
mkdirSync(join(broken, 'seals/2026/11/25'), { recursive: true });
writeFileSync(join(broken, 'seals/2026/11/25/000000000000.json'), 'no seal');
afterAll(() => rmSync(broken, { recursive: true, force: true }));

const { vkey } = createTestSigner();
const NO_SEALS = `audit verify --archive cli --key ${vkey}`;
const BROKEN = `audit verify --archive ${broken} --key ${vkey}`;

test.each([
  ['a bad verdict', `gatehouse ${BROKEN} | true`, 1],
  ['an incomplete verdict', `gatehouse ${NO_SEALS} | true`, 2],
  ['an error', 'gatehouse nope 2>&1 | true', 2],
  ['an error with both streams closed', 'gatehouse token eve 2> >(true) | true', 2],
  ['a success', 'gatehouse cost | true', 0],
])('the exit code of %s stays what it is when nobody reads', async (_name, line, code) => {
  expect(await shell(line)).toEqual({ code, stderr: '' });
});

test.each([
  ['a success', 'gatehouse cost > /dev/full', 1],
  ['an incomplete verdict', `gatehouse ${NO_SEALS} > /dev/full`, 2],
])('%s that finds no space is told in a sentence, and is none', async (_name, line, code) => {
  expect(await shell(line)).toEqual({ code, stderr: 'The output cannot be written: ENOSPC, no space is left.\n' });
});
