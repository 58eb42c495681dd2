export interface Command {
  readonly help: string;
  /** @throws Failure, or WrongUsage for its arguments */
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** A command that only leads to others: `gatehouse audit query`. */
export interface CommandGroup {
  /** Before the list of its commands. */
  readonly usage: string;
  readonly commands: CommandTable;
  /** After it. */
  readonly more: string;
}

/** Name → what leads to it, in the order of the list. */
export type CommandTable = ReadonlyMap<string, CommandEntry>;

interface CommandEntry {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loaded when it is asked for: the CDK alone takes a second. */
  readonly load: () => Promise<Command | CommandGroup>;
}

export function groupHelp({ usage, commands, more }: CommandGroup): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length)) + 3;
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
  return `${usage}\n\n${lines.join('\n')}\n\n${more}`;
}
