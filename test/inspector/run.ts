import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { deployed } from '../../shared/registry/index.ts';
import { type DevProcess, startDevProcess } from '../support/dev-process.ts';
import { print, runScript } from '../support/script.ts';
import { node24, npmTool } from '../support/toolbox.ts';

const PACKAGE = '@modelcontextprotocol/inspector@2.12.0';
const ERAS = ['modern', 'auto', 'legacy'] as const;

const help = `Usage: npm run inspector

Uses the official MCP Inspector's command line against "npm run dev": lists and calls in every era, checks the schemas
for portability, and looks at the refusal without a token.`;

interface Check {
  readonly name: string;
  readonly args: readonly string[];
  /** What is looked at of the run. */
  readonly seen: (run: Run) => unknown;
  readonly expected: unknown;
}

interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

function checksFor({ url, token }: DevProcess): readonly Check[] {
  const server = ['--cli', url, '--transport', 'http', '--format', 'json'];
  const signedIn = [...server, '--header', `Authorization: Bearer ${token}`];
  return [
    ...ERAS.flatMap((era) => eraChecks(era, [...signedIn, '--protocol-era', era])),
    {
      name: 'no schema has a portability error',
      args: [...signedIn, '--method', 'tools/list', '--strict'],
      seen: ({ exit, stderr }) => [exit, /(\d+) errors?, /.exec(stderr)?.[1]],
      expected: [0, '0'],
    },
    {
      name: 'without a token it is told to sign in',
      args: [...server, '--method', 'tools/list', '--stored-auth-only'],
      seen: ({ exit, stderr, stdout }) => [exit, `${stdout}${stderr}`.includes('"code":"auth_required"')],
      expected: [3, true],
    },
  ];
}

function eraChecks(era: string, args: readonly string[]): readonly Check[] {
  return [
    {
      name: `${era}: tools/list`,
      args: [...args, '--method', 'tools/list'],
      seen: ({ exit, stdout }) => [exit, (resultOf(stdout)['tools'] as { name: string }[]).map(({ name }) => name)],
      expected: [0, deployed.tools.map(({ name }) => name)],
    },
    {
      name: `${era}: tools/call`,
      args: [...args, '--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'text=hi'],
      seen: ({ exit, stdout }) => [exit, resultOf(stdout)['content'], resultOf(stdout)['structuredContent']],
      expected: [0, [{ type: 'text', text: '{"text":"hi"}' }], { text: 'hi' }],
    },
  ];
}

function resultOf(stdout: string): Readonly<Record<string, unknown>> {
  return (JSON.parse(stdout) as { readonly result: Readonly<Record<string, unknown>> }).result;
}

/** With a home directory of its own: it reads and writes settings and stored sign-ins. */
function inspect(home: string, args: readonly string[]): Promise<Run> {
  const directory = join(npmTool('inspector', PACKAGE), 'node_modules', '@modelcontextprotocol', 'inspector');
  const command = [join(directory, 'clients', 'launcher', 'build', 'index.js'), ...args];
  const env = { PATH: process.env['PATH'], HOME: home };
  return new Promise((resolve) => {
    const child = execFile(join(node24(), 'node'), command, { env, timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ exit: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function passes(home: string, { name, args, seen, expected }: Check): Promise<boolean> {
  const run = await inspect(home, args);
  let found: unknown;
  try {
    found = seen(run);
  } catch (error) {
    found = `${error}`;
  }
  const passed = isDeepStrictEqual(found, expected);
  print(`${passed ? 'ok    ' : 'failed'}  ${name}`);
  if (!passed) {
    const [seenText, expectedText] = [JSON.stringify(found), JSON.stringify(expected)];
    print(`  expected ${expectedText}\n  found    ${seenText}\n${run.stderr.slice(-1000)}`);
  }
  return passed;
}

async function runChecks(): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-inspector-'));
  const dev = await startDevProcess();
  try {
    const results: boolean[] = [];
    for (const check of checksFor(dev)) results.push(await passes(home, check));
    const passed = results.filter(Boolean).length;
    print(`\n${passed} passed, ${results.length - passed} failed`);
    return passed === results.length;
  } finally {
    await dev.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

await runScript({ help, options: {}, run: runChecks });
