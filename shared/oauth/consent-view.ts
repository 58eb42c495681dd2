/** What a person is shown before anything of theirs is asked for. Every text is as it came: whoever shows it escapes it. */
export interface ConsentView {
  /** The gateway's own host. */
  readonly gatewayHost: string;
  readonly clientName: string;
  /** The domain that vouches for the client, by the document its id points to; undefined: there is none. */
  readonly verifiedHost: string | undefined;
  /** Whoever runs this gateway entered the client, its domain too. With neither, the name is its own claim. */
  readonly isConfigured?: boolean;
  /** Where the code will go: host and port of the redirect URI, or its scheme alone (`cursor:`) when no host owns it. */
  readonly redirectHost: string;
  /** The code goes to a program on the person's own computer, which nothing can verify (RFC 8252 sections 8.4 and 8.6). */
  readonly isLoopback: boolean;
  /** Wire names of what the client asks for. */
  readonly scopes: readonly string[];
  /** Wire name → titles of the tools, prompts and resources that need it, as far as known. */
  readonly opens?: ReadonlyMap<string, readonly string[]>;
  /** Where the sign-in page is that comes next. */
  readonly signInHost: string;
  /** For the hidden field `consent`: all that the answer needs, sealed. */
  readonly sealed: string;
}
