/** A key that signs now. */
export interface SigningKey {
  /** RFC 7638 thumbprint of its public part. */
  readonly kid: string;
  /** ES256 over these bytes: r and s, 64 bytes. `until`: epoch milliseconds. */
  sign(input: Buffer, until: number): Buffer | Promise<Buffer>;
}

export interface SigningKeys {
  /** @throws SigningUnavailable when no key can be had */
  current(until: number): Promise<SigningKey>;
}

/**
 * No assertion can be signed now, so nothing may be sent: a backend that is asked without proof would have to guess.
 * Says nothing of the cause; that is in the log, under `dependency.failed`.
 */
export class SigningUnavailable extends Error {
  override readonly name = 'SigningUnavailable';

  constructor() {
    super('the proof of who is calling cannot be signed now');
  }
}
