import { Stopped, stop } from '../driver/stopped.ts';
import type { CallOutcome, Connection, Person } from '../tested-client.ts';
import type { Recorder } from './recorder.ts';

/** One generation of the official SDK, as a host uses it. */
export interface Sdk {
  /** A new client on a new transport; rejects when it is not let in. */
  connect(): Promise<SdkSession>;
  /** What the SDK wants the person to do; undefined when nothing. */
  takePending(): URL | undefined;
  /** The answer of the browser, to the transport that asked. */
  finish(back: URL): Promise<void>;
  expire(): void;
  /** The tokens, as when a person signs out. */
  forget(): void;
  refreshToken(): string | undefined;
  clientId(): string;
  readonly typed: boolean;
}

export interface SdkSession {
  list(): Promise<readonly string[]>;
  call(tool: string, args: object): Promise<unknown>;
}

/** A host around the SDK: opens the browser when asked, and repeats once what was refused. */
export class SdkConnection implements Connection {
  readonly notes = new Set<string>();
  private readonly sdk: Sdk;
  private readonly recorder: Recorder;
  private readonly person: Person;
  private session: SdkSession | undefined;

  constructor(sdk: Sdk, recorder: Recorder, person: Person) {
    this.sdk = sdk;
    this.recorder = recorder;
    this.person = person;
  }

  get by(): string {
    return this.sdk.typed ? 'typed' : 'dynamic';
  }

  async open(): Promise<void> {
    this.session = await this.withSignIn(() => this.sdk.connect(), 'connect');
  }

  reconnect(): Promise<void> {
    this.sdk.forget();
    return this.open();
  }

  list(): Promise<readonly string[]> {
    return this.withSignIn(() => this.current().list(), 'list');
  }

  async call(tool: string, args: object): Promise<CallOutcome> {
    try {
      return { kind: 'done', content: await this.withSignIn(() => this.current().call(tool, args), 'call') };
    } catch (error) {
      const refusal = this.recorder.lastRefusal();
      if (!(error instanceof Stopped) || error.step !== 'call' || refusal?.status !== 403) throw error;
      return { kind: 'refused', code: error.code };
    }
  }

  expire(): void {
    this.sdk.expire();
  }

  hasRefreshToken(): boolean {
    return this.sdk.refreshToken() !== undefined;
  }

  async revoke(): Promise<boolean> {
    const endpoint = this.recorder.metadata('revocation_endpoint');
    const token = this.sdk.refreshToken();
    if (endpoint === undefined || token === undefined) return false;
    const body = new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: this.sdk.clientId() });
    const { status } = await this.recorder.fetch(endpoint, { method: 'POST', body });
    return status === 200;
  }

  private current(): SdkSession {
    return this.session ?? stop('connect', 'closed', 'there is no session');
  }

  /** The SDK throws when it wants a browser; the work is repeated once on a new connection. */
  private async withSignIn<T>(work: () => Promise<T>, step: 'connect' | 'list' | 'call'): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const url = this.sdk.takePending();
      if (url === undefined) throw this.toStopped(error, step);
      await this.signIn(url);
      try {
        if (step !== 'connect') this.session = await this.sdk.connect();
        return await work();
      } catch (again) {
        this.sdk.takePending();
        throw this.toStopped(again, step);
      }
    }
  }

  private async signIn(url: URL): Promise<void> {
    const state = url.searchParams.get('state');
    const back = await this.person.signIn(url);
    if (back.searchParams.get('state') !== state) stop('callback', 'other_state', 'the state came back changed');
    try {
      await this.sdk.finish(back);
    } catch (error) {
      throw this.toStopped(error, 'token');
    }
  }

  private toStopped(error: unknown, step: 'connect' | 'list' | 'call' | 'token'): Stopped {
    if (error instanceof Stopped) return error;
    const message = error instanceof Error ? error.message : String(error);
    const refusal = this.recorder.lastRefusal();
    if (refusal?.status === 403) return new Stopped(step, refusal.code, message);
    const [where, code] = REASONS.find(([, , pattern]) => pattern.test(message)) ?? [step, 'refused'];
    return new Stopped(where, code, message);
  }
}

/** What the SDK says, in the words of the driver. */
const REASONS: ReadonlyArray<readonly [Stopped['step'], string, RegExp]> = [
  ['server metadata', 'no_s256', /code challenge method/i],
  ['callback', 'no_iss', /RFC 9207.*received undefined/i],
  ['callback', 'other_iss', /RFC 9207/i],
  ['server metadata', 'other_issuer', /issuer/i],
  ['registration', 'no_way', /does not support dynamic client registration/i],
  ['resource metadata', 'other_resource', /protected resource/i],
];
