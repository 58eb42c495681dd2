/**
 * A user's key for what the trail keeps of their arguments. It travels with the account, and neither JSON nor a log nor an
 * inspection shows it. Only shared/audit takes the bytes out.
 */
export class AuditKey {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** @param text 32 bytes, base64url. Undefined for anything else: such a user has no key */
  static read(text: unknown): AuditKey | undefined {
    return typeof text === 'string' && /^[A-Za-z0-9_-]{43}$/.test(text) ? new AuditKey(text) : undefined;
  }

  static reveal(key: AuditKey): string {
    return key.#text;
  }
}
