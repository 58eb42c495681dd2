/** Something the person at the terminal can mend: printed as one sentence, without a stack. Ends a command with 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** The same for what was typed. Ends a command with 2, and where its help is follows the sentence. */
export class WrongUsage extends Failure {}

/** A file without which nothing can be said: that is another answer than a bad verdict. Ends a command with 2. */
export class Unreadable extends Failure {}

/** Ours, and what parseArgs of node:util throws. */
export function isWrongUsage(error: unknown): error is Error {
  if (error instanceof WrongUsage) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
