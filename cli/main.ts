import { awsSentence } from './aws-failure.ts';
import { type Command, type CommandGroup, type CommandTable, groupHelp } from './command.ts';
import { Failure, isWrongUsage, Unreadable } from './failure.ts';
import { watchOutputs } from './output.ts';

const COMMANDS: CommandTable = new Map([
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
      summary: 'ask the audit trail who did what, when, and what was refused; check it',
      load: async () => (await import('./audit.ts')).auditCommands,
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
      summary: 'write the pages and tables of docs that come from code',
      load: async () => (await import('./docs.ts')).docsCommand,
    },
  ],
]);

const GATEHOUSE: CommandGroup = {
  usage: 'Usage: npm run gatehouse -- <command> [options]',
  commands: COMMANDS,
  more: 'npm run gatehouse -- <command> --help tells more. Every command ends with 0, or 1 after a failure, or 2 for a wrong command line or a file that cannot be read.',
};

const ASKS_FOR_HELP = new Set(['--help', '-h', 'help']);

/** `gatehouse <command>`. Ends the process with 1 after a failure, 2 after a wrong command line. */
export async function main(args: readonly string[]): Promise<void> {
  const { stdout, stderr } = process;
  // The handlers come after what the command does in one go: its code is known by then.
  watchOutputs({ stdout, stderr, exitCode: () => Number(process.exitCode ?? 0), exit: (code) => process.exit(code) });
  await runIn(GATEHOUSE, args);
}

/** `path`: the words that led here. */
async function runIn(
  group: CommandGroup,
  [name = '--help', ...rest]: readonly string[],
  path: readonly string[] = [],
): Promise<void> {
  if (ASKS_FOR_HELP.has(name)) return print(groupHelp(group));
  const entry = group.commands.get(name);
  if (entry === undefined) return fail(`There is no command "${name}".\n${tellsMore(path)}`, 2);
  const found = await entry.load();
  const here = [...path, name];
  return 'commands' in found ? runIn(found, rest, here) : runCommand(found, rest, here);
}

async function runCommand({ help, run }: Command, args: readonly string[], path: readonly string[]): Promise<void> {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return print(help);
  try {
    await run(args);
  } catch (error) {
    if (isWrongUsage(error)) return fail(`${error.message}\n${tellsMore(path)}`, 2);
    const sentence = error instanceof Failure ? error.message : awsSentence(error);
    if (sentence === undefined) throw error;
    fail(sentence, error instanceof Unreadable ? 2 : 1);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Not the whole help: it would push the sentence out of sight. */
function tellsMore(path: readonly string[]): string {
  return `${['npm run gatehouse --', ...path].join(' ')} --help tells more.`;
}

function fail(text: string, code: number): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = code;
}
