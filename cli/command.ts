export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** @throws Failure */
  readonly run: (args: readonly string[]) => Promise<void>;
}
