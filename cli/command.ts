export interface Command {
  readonly help: string;
  /** @throws Failure, or WrongUsage for its arguments */
  readonly run: (args: readonly string[]) => Promise<void>;
}
