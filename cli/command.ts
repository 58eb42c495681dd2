export interface Command {
  readonly help: string;
  /** @throws Failure */
  readonly run: (args: readonly string[]) => Promise<void>;
}
