import type { Command } from './command.ts';
import { Failure, isWrongUsage } from './failure.ts';

interface Entry {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loaded when it is asked for: the CDK alone takes a second. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    'dev',
    {
      summary: 'run a gateway, an identity provider and a database on this machine',
      load: async () => (await import('./dev.ts')).devCommand,
    },
  ],
  [
    'token',
    {
      summary: 'print an access token of a user of a running dev gateway',
      load: async () => (await import('./token.ts')).tokenCommand,
    },
  ],
  [
    'demo',
    {
      summary: 'show it all: two users, tools, a refusal, the audit trail',
      load: async () => (await import('./demo.ts')).demoCommand,
    },
  ],
  [
    'audit',
    {
      summary: 'ask the audit trail who did what, when, and what was refused',
      load: async () => (await import('./audit.ts')).auditCommand,
    },
  ],
  [
    'cost',
    {
      summary: 'what a month costs at list prices',
      load: async () => (await import('./cost.ts')).costCommand,
    },
  ],
  [
    'smoke',
    {
      summary: 'check a deployed stack from outside',
      load: async () => (await import('./smoke.ts')).smokeCommand,
    },
  ],
  [
    'docs',
    {
      summary: 'write docs/errors.md and docs/parameters.md from their tables',
      load: async () => (await import('./docs.ts')).docsCommand,
    },
  ],
]);

const ASKS_FOR_HELP = new Set(['--help', '-h', 'help']);

/** `gatehouse <command>`. Ends the process with 1 after a failure, 2 after a wrong command line. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', endOnClosedPipe);
  const [name = '--help', ...rest] = args;
  const entry = COMMANDS.get(name);
  if (ASKS_FOR_HELP.has(name)) return print(overview());
  if (entry === undefined) return fail(`There is no command "${name}".\n\n${overview()}`, 2);
  const command = await entry.load();
  if (rest.some((arg) => arg === '--help' || arg === '-h')) return print(command.help);
  try {
    await command.run(rest);
  } catch (error) {
    if (isWrongUsage(error)) return fail(`${error.message}\n\n${command.help}`, 2);
    if (error instanceof Failure) return fail(error.message, 1);
    throw error;
  }
}

/** `npm run demo | head`: the reader has gone, and that is no failure. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

function overview(): string {
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`);
  return `Usage: npm run gatehouse -- <command> [options]

${lines.join('\n')}

npm run gatehouse -- <command> --help tells more. Every command ends with 0, or 1 after a failure, or 2 for a wrong command line.`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(text: string, code: number): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = code;
}
