/** What a host keeps for the SDK, in memory: of one client at one server. Both generations ask for the same. */
export class Memory<Information, Tokens extends { access_token: string; refresh_token?: string | undefined }> {
  pending: URL | undefined;
  information: Information | undefined;
  granted: Tokens | undefined;
  verifier = '';
  /** For the whole of one sign-in. */
  expected = crypto.randomUUID();

  constructor(information: Information | undefined) {
    this.information = information;
  }

  invalidate(what: string): void {
    if (what === 'all' || what === 'tokens') this.granted = undefined;
    if (what === 'all' || what === 'client') this.information = undefined;
  }

  expire(): void {
    if (this.granted !== undefined) this.granted = { ...this.granted, access_token: `${this.granted.access_token}x` };
  }

  /** The URL that the SDK wants opened; undefined when it wants none. */
  takePending(): URL | undefined {
    const url = this.pending;
    this.pending = undefined;
    return url;
  }
}
