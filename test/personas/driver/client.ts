import type { Persona } from '../persona.ts';
import type { CallOutcome, Connection, Person, TestedClient } from '../tested-client.ts';
import { authorize, type Grant, refresh, type Tokens } from './authorize.ts';
import { type Challenge, readChallenge } from './challenge.ts';
import { type Discovered, discover } from './discover.ts';
import { identify, type Typed } from './identify.ts';
import { createMcp, type Mcp, type Reply } from './mcp.ts';
import { scopesToAsk, union } from './scopes.ts';
import { Stopped, stop } from './stopped.ts';
import { createWire, type Wire } from './wire.ts';

export interface DataClientOptions {
  readonly persona: Persona;
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly typed: Typed;
}

/** A client that does what its persona says and refuses what its persona refuses. */
export function createDataClient(options: DataClientOptions): TestedClient {
  const { userAgent, origin } = options.persona.protocol.value;
  const headers = {
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    ...(origin === undefined ? {} : { origin }),
  };
  const wire = createWire(options.fetch, headers);
  return {
    trail: wire.trail,
    connect: async (person) => {
      const connection = new DataConnection(options, wire, person);
      await connection.open();
      return connection;
    },
  };
}

type Forbidden = Extract<Reply, { readonly kind: 'forbidden' }>;

class DataConnection implements Connection {
  readonly notes = new Set<string>();
  private readonly options: DataClientOptions;
  private readonly persona: Persona;
  private readonly wire: Wire;
  private readonly person: Person;
  private readonly mcp: Mcp;
  private challenge: Challenge | undefined;
  private discovered!: Discovered;
  private grant!: Grant;
  private tokens!: Tokens;
  private asked: readonly string[] = [];

  constructor(options: DataClientOptions, wire: Wire, person: Person) {
    this.options = options;
    this.persona = options.persona;
    this.wire = wire;
    this.person = person;
    this.mcp = createMcp(wire, options.url, options.persona.protocol.value);
  }

  get by(): string {
    return this.grant.client.by;
  }

  async open(): Promise<void> {
    this.challenge = await this.askWithoutToken();
    this.discovered = await discover(this.wire, this.persona, this.options.url, this.challenge);
    await this.register();
    await this.signIn(this.usualScopes());
    await this.start();
  }

  async reconnect(): Promise<void> {
    await this.signIn(this.usualScopes());
    await this.start();
  }

  async list(): Promise<readonly string[]> {
    const reply = await this.request('tools/list', {});
    if (reply.kind !== 'result') return stop('list', codeOf(reply), 'tools/list was refused');
    const tools = reply.result['tools'] as readonly { readonly name: string }[];
    return tools.map(({ name }) => name).sort();
  }

  async call(tool: string, args: object): Promise<CallOutcome> {
    const reply = await this.request('tools/call', { name: tool, arguments: args });
    if (reply.kind !== 'result') return { kind: 'refused', code: codeOf(reply) };
    if (reply.result['isError'] === true) return { kind: 'refused', code: 'tool_error' };
    return { kind: 'done', content: reply.result['structuredContent'] };
  }

  expire(): void {
    this.tokens = { ...this.tokens, access: `${this.tokens.access}x` };
  }

  hasRefreshToken(): boolean {
    return this.tokens.refresh !== undefined;
  }

  async revoke(): Promise<boolean> {
    const { revocation } = this.discovered.server;
    if (revocation === undefined || this.tokens.refresh === undefined) return false;
    const form = { token: this.tokens.refresh, token_type_hint: 'refresh_token', client_id: this.grant.client.id };
    const { status } = await this.wire.postForm(revocation, form);
    return status === 200;
  }

  private async askWithoutToken(): Promise<Challenge | undefined> {
    const { first, version } = this.persona.discovery.value;
    if (first === 'GET') {
      const headers = version === undefined ? {} : { 'mcp-protocol-version': version };
      return readChallenge((await this.wire.get(this.options.url, headers)).headers.get('www-authenticate'));
    }
    const reply = await this.mcp.open(undefined);
    if (reply.kind === 'unauthorized') return reply.challenge;
    return stop('connect', 'not_asked', 'a request without a token was not answered 401');
  }

  private async register(): Promise<void> {
    const { server, resource } = this.discovered;
    const client = await identify(this.wire, this.persona, server, this.options.typed, this.usualScopes());
    const named = this.persona.resource.value.value === 'as typed' ? this.options.url : (resource ?? this.options.url);
    this.grant = { persona: this.persona, server, client, resource: named };
  }

  private usualScopes(): readonly string[] {
    return scopesToAsk(this.persona, this.discovered, this.challenge);
  }

  private async signIn(scopes: readonly string[]): Promise<void> {
    const { retry } = this.persona.scopes.value;
    try {
      await this.authorize(scopes);
    } catch (error) {
      if (retry === undefined || !(error instanceof Stopped) || error.code !== 'invalid_scope') throw error;
      this.notes.add('scopes refused once');
      await this.authorize(scopesToAsk(this.persona, this.discovered, this.challenge, retry));
    }
  }

  private async authorize(scopes: readonly string[]): Promise<void> {
    this.asked = scopes;
    this.tokens = await authorize(this.wire, this.grant, this.person.signIn, scopes);
  }

  /** The first request with a token: the end of every sign-in. */
  private async start(): Promise<void> {
    let reply = await this.mcp.open(this.tokens.access);
    if (reply.kind === 'forbidden') reply = await this.afterForbidden(reply, () => this.mcp.open(this.tokens.access));
    if (reply.kind === 'unauthorized') stop('connect', 'token_refused', 'the gateway refused the token it asked for');
    if (reply.kind === 'forbidden') stop('connect', codeOf(reply), 'the gateway knows the user and refused');
    await this.mcp.settle(this.tokens.access);
  }

  private async request(method: string, params: Readonly<Record<string, unknown>>): Promise<Reply> {
    const send = () => this.mcp.request(this.tokens.access, method, params);
    let reply = await send();
    if (reply.kind === 'unauthorized') {
      await this.renew();
      reply = await send();
      if (reply.kind === 'unauthorized') stop('call', 'token_refused', 'the new token was refused as well');
    }
    return reply.kind === 'forbidden' ? this.afterForbidden(reply, send) : reply;
  }

  /** An expired token: refreshed where possible, else a person signs in. */
  private async renew(): Promise<void> {
    if (this.tokens.refresh !== undefined) {
      try {
        this.tokens = await refresh(this.wire, this.grant, this.tokens);
        return;
      } catch (error) {
        if (!(error instanceof Stopped) || error.code !== 'invalid_grant') throw error;
      }
    }
    await this.signIn(this.usualScopes());
  }

  private async afterForbidden(reply: Forbidden, again: () => Promise<Reply>): Promise<Reply> {
    const { stepUp, reads, signInsAfterForbidden } = this.persona.refusal.value;
    const { challenge } = reply;
    let last: Reply = reply;
    const scopes = challenge?.error === 'insufficient_scope' && reply.by === reads ? challenge.scopes : [];
    if (scopes.length > 0 && stepUp !== 'by hand') {
      const wanted = stepUp === 'union' ? union(this.tokens.scopes, scopes) : scopes;
      // A client that also signs in after any 403 compares first: scopes that it asked for already are nothing new.
      if (signInsAfterForbidden === 0 || !sameScopes(wanted, this.asked)) {
        await this.signIn(wanted);
        last = await again();
      }
    }
    for (let round = 0; round < signInsAfterForbidden && last.kind === 'forbidden'; round++) {
      await this.register();
      await this.signIn(this.asked);
      last = await again();
    }
    return last;
  }
}

function sameScopes(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join(' ') === [...other].sort().join(' ');
}

function codeOf(reply: Exclude<Reply, { readonly kind: 'result' }>): string {
  return reply.kind === 'unauthorized' ? 'unauthorized' : (reply.challenge?.error ?? reply.code);
}
