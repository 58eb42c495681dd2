import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { bind, close, findFreePort } from '../../cli/dev/network.ts';
import { projectRoot } from '../../infra/project.ts';
import type { CommandResult } from '../support/each-command.ts';

const execute = promisify(execFile);
const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '' };
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

async function gatehouse(...args: string[]) {
  const result = execute(process.execPath, ['cli/gatehouse.mjs', ...args], { cwd: projectRoot, env });
  return result.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

/** Many command lines in one process. */
async function eachOf(lines: ReadonlyArray<readonly string[]>): Promise<ReadonlyMap<string, CommandResult>> {
  const child = fork('test/support/each-command.ts', [JSON.stringify(lines)], {
    cwd: projectRoot,
    env,
    execArgv: ['--no-warnings', '--import', 'tsx'],
  });
  const results = await new Promise<readonly CommandResult[]>((resolve, reject) => {
    child.once('message', (value) => resolve(value as readonly CommandResult[]));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return new Map(lines.map((line, at) => [line.join(' '), results[at] as CommandResult]));
}

describe('the command line', () => {
  test('lists its commands', async () => {
    const { code, stdout, stderr } = await gatehouse('--help');
    const commands = [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
    expect({ code, commands, stderr }).toEqual({
      code: 0,
      commands: ['dev', 'token', 'demo', 'audit', 'cost', 'smoke', 'docs'],
      stderr: '',
    });
  });

  const helped = ['dev', 'token', 'demo', 'audit', 'cost', 'smoke', 'docs'];
  test.each(helped)('explains %s', (command) => {
    const { code, stdout = '' } = results.get(`${command} --help`) ?? {};
    expect([code, stdout.startsWith('Usage: npm run')]).toEqual([0, true]);
  });

  const ofAudit = [
    'query',
    'show',
    'tail',
    'export',
    'stats',
    'verify',
    'prove',
    'check-proof',
    'key',
    'hash',
    'erase',
    'hold',
  ];
  test.each(ofAudit)('explains audit %s', (command) => {
    const { code, stdout = '' } = results.get(`audit ${command} --help`) ?? {};
    expect([code, stdout.startsWith(`Usage: npm run gatehouse -- audit ${command}`)]).toEqual([0, true]);
  });

  const sentences: ReadonlyArray<readonly [string, readonly string[], number, string]> = [
    ['an unknown command', ['nope'], 2, 'There is no command "nope".'],
    ['an unknown option', ['dev', '--prot', '1'], 2, "Unknown option '--prot'"],
    ['an option of a command without any', ['demo', '--fast'], 2, "Unknown option '--fast'"],
    [
      'a mode of the demo that is none',
      ['demo', '--mode', 'magic'],
      2,
      '--mode magic is none of direct, metadata, relay.',
    ],
    [
      'the relay before an identity provider of yours without its secret',
      ['dev', '-c', 'authorizationServer=relay', '-c', 'issuer=http://127.0.0.1:9', '-c', 'upstreamClientId=c'],
      1,
      'Set UPSTREAM_CLIENT_SECRET to the secret of the client at your identity provider.',
    ],
    ['an unknown option of docs', ['docs', '--chek'], 2, "Unknown option '--chek'"],
    ['a port that is none', ['dev', '--port', 'x'], 2, '--port x is no port. Example: --port 8787'],
    ['a parameter without a value', ['dev', '-c', 'x'], 2, '-c x is no parameter. Example: -c provisioning=deny'],
    [
      'a wrong parameter',
      ['dev', '-c', 'provisioning=maybe'],
      2,
      'provisioning ("maybe") Invalid option: expected one of "auto"|"deny". Example: -c provisioning=deny',
    ],
    ['a user that is none', ['token', 'eve'], 2, 'Name one of alice, bob, mallory. Example: npm run -s token -- alice'],
    [
      'no gateway',
      ['token', 'alice', '--port', '9'],
      1,
      'No dev gateway runs on port 9. Start one in another terminal: npm run dev -- --port 9',
    ],
    [
      'no gateway to ask',
      ['audit', 'query', '--local', '--port', '9'],
      1,
      'No dev gateway runs on port 9. Start one in another terminal: npm run dev -- --port 9',
    ],
    [
      'a time that is none',
      ['audit', 'query', '--local', '--since', 'noon'],
      2,
      '--since noon is no time. Examples: now, 30m, 24h, 7d, 2026-11-24, 2026-11-24T08:00:00Z',
    ],
    [
      'a decision that is none',
      ['audit', 'query', '--decision', 'maybe'],
      2,
      '--decision maybe is neither allowed nor denied.',
    ],
    [
      'a uid that is none',
      ['audit', 'query', '--who', 'alice'],
      2,
      '--who alice is no user id. It looks like usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.',
    ],
    ['a limit that is none', ['audit', 'query', '--limit', '0'], 2, '--limit 0 is no number from 1 to 10000.'],
    [
      'a callback port that is none',
      ['smoke', '--callback-port', '80'],
      2,
      '--callback-port 80 is no port from 1024 to 65535.',
    ],
    ['too many users', ['token', 'alice', 'bob'], 2, '"bob" is more than is asked for.'],
    ['too many stacks', ['smoke', 'One', 'Two'], 2, '"Two" is more than is asked for.'],
    ['a value that is given twice', ['cost', '--calls', '1', '--calls', '2'], 2, '--calls is given twice.'],
    ['a gateway here and one there', ['audit', 'query', '--local', '--stack', 'X'], 2, '--local and --stack exclude'],
    [
      'a gateway here and a table there',
      ['audit', 'show', '--local', '--table', 'X'],
      2,
      '--local and --table exclude',
    ],
    ['two keys', ['audit', 'check-proof', 'f', '--key', 'x', '--key-file', 'y'], 2, '--key and --key-file exclude'],
    ['a command of audit that is none', ['audit', 'nope'], 2, 'There is no command "nope".'],
  ];
  let results: ReadonlyMap<string, CommandResult> = new Map();
  beforeAll(async () => {
    const explained = [...helped.map((name) => [name]), ...ofAudit.map((name) => ['audit', name])];
    results = await eachOf([...explained.map((line) => [...line, '--help']), ...sentences.map(([, args]) => args)]);
  });

  test.each(sentences)('answers %s with a sentence', (_name, args, code, sentence) => {
    const result = results.get(args.join(' '));
    expect({ code: result?.code, first: result?.stderr.split('\n')[0], stdout: result?.stdout }).toEqual({
      code,
      first: expect.stringContaining(sentence),
      stdout: '',
    });
  });

  test('after a wrong command line says where more is, and not the whole help', async () => {
    const { stderr } = await gatehouse('audit', 'show', 'abc');
    expect(stderr).toMatch(/^abc is no id of a call\. .*\nnpm run gatehouse -- audit show --help tells more\.\n$/);
  });
});

/** Starts dev and waits for its ready line. */
async function startDev(port: number, ...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['cli/gatehouse.mjs', 'dev', '--port', String(port), ...args], {
    cwd: projectRoot,
    env,
  });
  running.push(child);
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes(`ready http://localhost:${port}/mcp\n`)) resolve();
    });
    child.on('exit', (code) => reject(new Error(`dev ended with ${code}`)));
  });
  return child;
}

describe('npm run dev', () => {
  test('gets ready, gives tokens, shows the trail, and Ctrl-C stops it all', async () => {
    const port = await findFreePort();
    const child = await startDev(port);
    const { stdout: token } = await gatehouse(
      'token',
      'bob',
      '--port',
      String(port),
      '--scope',
      'starter.whoami starter.echo',
    );
    const bogus = await gatehouse('token', 'alice', '--port', String(port), '--scope', 'starter.echo bogus');
    const headers = { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' };
    const call = (name: string) =>
      fetch(`http://localhost:${port}/tools/${name}`, {
        method: 'POST',
        headers,
        body: name === 'echo' ? '{"text":"x"}' : '{}',
      });
    const statuses = [(await call('whoami')).status, (await call('echo')).status];
    const { stdout: lines } = await gatehouse('audit', 'query', '--local', '--port', String(port), '--json');
    const rows = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { stdout: table } = await gatehouse('audit', 'query', '--local', '--port', String(port), '--tool', 'echo');

    const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
    child.kill('SIGINT');
    const exit = await ended;
    const free = createServer();
    await bind(free, port, '127.0.0.1');
    await close(free);
    expect({
      token: token.split('.').length,
      bogus: bogus.stderr.startsWith('--scope bogus is none of starter.'),
      statuses,
      rows: rows.map(({ subject, tool, decision }) => [subject, tool, decision]),
      table: table.split('\n').length,
      exit,
    }).toEqual({
      token: 3,
      bogus: true,
      statuses: [200, 403],
      rows: [
        ['bob', 'echo', 'denied'],
        ['bob', 'whoami', 'allowed'],
      ],
      table: 4,
      exit: 0,
    });
  }, 60_000);

  test('in relay mode tokens come through the gateway, and the identity provider knows no other client', async () => {
    const port = await findFreePort();
    await startDev(port, '-c', 'authorizationServer=relay');
    const { stdout: token, stderr } = await gatehouse('token', 'alice', '--port', String(port));
    const called = await fetch(`http://localhost:${port}/tools/whoami`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
      body: '{}',
    });
    const { stdout: lines } = await gatehouse('audit', 'query', '--local', '--port', String(port), '--json');
    const { clientId } = JSON.parse(lines) as { clientId: string };
    const direct = new URLSearchParams({ response_type: 'code', client_id: 'gatehouse-dev' });
    const [atProvider, registration] = await Promise.all([
      fetch(`http://localhost:${port + 1}/auth?${direct}`, { redirect: 'manual' }),
      fetch(`http://localhost:${port + 1}/reg`, { method: 'POST' }),
    ]);
    expect({ stderr, called: called.status, clientId, direct: atProvider.status, reg: registration.status }).toEqual({
      stderr: '',
      called: 200,
      clientId: 'gatehouse-relay',
      direct: 400,
      reg: 404,
    });
  }, 60_000);

  test.each([0, 1, 2])('says so in one sentence when port +%i is taken', async (offset) => {
    const port = await findFreePort();
    const blocker = createServer();
    await bind(blocker, port + offset, '127.0.0.1');
    const { code, stderr } = await gatehouse('dev', '--port', String(port));
    await close(blocker);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Port ${port + offset} is in use. Stop what uses it, or choose another one with --port.\n`,
    });
  });
});

const DEMOS: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['direct', ['alice signed in: 401 → discovery → registration → login with PKCE → token']],
  [
    'metadata',
    ['the URL and the client id gatehouse-dev', 'alice signed in: 401 → discovery at the gateway → login at the'],
  ],
  [
    'relay',
    [
      'alice signed in: 401 → discovery → registration at the gateway → consent → login with PKCE → token',
      'and alice agreed',
      'and bob agreed',
    ],
  ],
];

test.each(DEMOS)(
  'npm run demo -- --mode %s tells the whole story and exits 0',
  async (mode, lines) => {
    const { code, stdout, stderr } = await gatehouse('demo', '--mode', mode);
    const missing = [
      ...lines,
      'bob signed in',
      /sales {12}Sales in Q4 2025: \$[\d,]+ across \d+ won deals?\./,
      /Access denied\. Requested alice but your scope is user-/,
      '403 Bearer error="insufficient_scope", scope="starter.crm starter.echo starter.whoami"',
      'nothing was run',
      'The audit trail, read back from the table',
    ].filter((part) => (typeof part === 'string' ? !stdout.includes(part) : !part.test(stdout)));
    const rows = stdout.split('\n').filter((line) => /^\d{4}-\d\d-\d\d /.test(line));
    expect({ code, missing, rows: rows.length, stderr }).toEqual({ code: 0, missing: [], rows: 8, stderr: '' });
  },
  60_000,
);

test('npm run demo without a mode is that of direct', async () => {
  const { code, stdout } = await gatehouse('demo');
  expect([code, stdout.includes('the client registers itself at the identity provider')]).toEqual([0, true]);
}, 60_000);
