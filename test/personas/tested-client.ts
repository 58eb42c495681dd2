/** Somebody who uses a client. */
export interface Person {
  readonly name: string;
  /** The person at the browser: from the authorization URL to the redirect back to the client. */
  readonly signIn: (authorization: URL) => Promise<URL>;
}

export type CallOutcome =
  | { readonly kind: 'done'; readonly content: unknown }
  /** The client gave up; `code` is what the gateway said. */
  | { readonly kind: 'refused'; readonly code: string };

/** A client that is signed in. Every method may throw Stopped. */
export interface Connection {
  /** How it came to its client id. */
  readonly by: string;
  list(): Promise<readonly string[]>;
  call(tool: string, args: object): Promise<CallOutcome>;
  /** From here on its access token is refused, as one that has expired. */
  expire(): void;
  hasRefreshToken(): boolean;
  /** Revokes the refresh token (RFC 7009), behind the client's back. False where nothing can be revoked. */
  revoke(): Promise<boolean>;
  /** A person presses "reconnect" or "sign in". */
  reconnect(): Promise<void>;
  /** What it did that a user would notice. */
  readonly notes: ReadonlySet<string>;
}

export interface TestedClient {
  /** Method, place and status of each request so far. */
  readonly trail: readonly string[];
  /** From nothing but what was typed in. @throws Stopped */
  connect(person: Person): Promise<Connection>;
}
