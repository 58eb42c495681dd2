/** Where a client is on its way. */
export type Step =
  | 'connect'
  | 'resource metadata'
  | 'server metadata'
  | 'registration'
  | 'authorization'
  | 'callback'
  | 'token'
  | 'refresh'
  | 'list'
  | 'call';

/** The client goes no further: what a user of the real one would see as a failed connection. */
export class Stopped extends Error {
  readonly step: Step;
  /** Stable, for comparing; the message is for reading. */
  readonly code: string;

  constructor(step: Step, code: string, message: string) {
    super(message);
    this.step = step;
    this.code = code;
  }
}

export function stop(step: Step, code: string, message: string): never {
  throw new Stopped(step, code, message);
}
