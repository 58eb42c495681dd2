import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Failure, isWrongUsage } from '../../cli/failure.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<Known extends Options> = ReturnType<
  typeof parseArgs<{ options: Known; allowPositionals: true; strict: true }>
>;

export interface Script<Known extends Options> {
  readonly help: string;
  /** Beside `--help`. */
  readonly options: Known;
  /** How many words without an option it takes. */
  readonly positionals?: number;
  /** True when nothing failed. @throws WrongUsage */
  readonly run: (values: Parsed<Known>['values'], positionals: readonly string[]) => Promise<boolean>;
}

/** A check of this project as a command: ends with 0 when nothing failed, 1 when something did, 2 for a wrong command line. */
export async function runScript<Known extends Options>(script: Script<Known>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg === '--help' || arg === '-h')) return print(script.help);
  try {
    const { values, positionals } = parseArgs({ args, options: script.options, allowPositionals: true });
    const [extra] = positionals.slice(script.positionals ?? 0);
    if (extra !== undefined) return refuse(`${extra} is one word too many.`, script.help);
    process.exitCode = (await script.run(values as Parsed<Known>['values'], positionals)) ? 0 : 1;
  } catch (error) {
    if (isWrongUsage(error)) return refuse(error.message, script.help);
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(sentence: string, help: string): void {
  process.stderr.write(`${sentence}\n\n${help}\n`);
  process.exitCode = 2;
}
