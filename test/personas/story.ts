import { isDeepStrictEqual } from 'node:util';
import { Stopped } from './driver/stopped.ts';
import type { CallOutcome, Connection, Person, TestedClient } from './tested-client.ts';

/** What one client did at one gateway. */
export interface Told {
  /** Undefined when the whole story was told. */
  readonly stoppedAt: string | undefined;
  /** Of the refusal, stable: `no_s256`. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** How it came to its client id: typed, document, dynamic. */
  readonly by: string | undefined;
  /** What a user notices beside success. */
  readonly notes: readonly string[];
}

/** Users of the embedded identity provider. */
export interface Cast {
  /** May use everything; bob `whoami` only; mallory is disabled. */
  readonly signIn: (user: 'alice' | 'bob' | 'mallory', authorization: URL) => Promise<URL>;
  /** Wire names: of what `whoami` needs. */
  readonly narrow: readonly string[];
}

const TOOLS = ['echo', 'whoami'];
const ECHO = { text: 'hi' };

/** The whole of a client's life at a gateway, in one order for every client. A wrong end of a scene is a refusal too. */
export async function tellStory(client: TestedClient, cast: Cast): Promise<Told> {
  const notes = new Set<string>();
  const seen: { by?: string } = {};
  try {
    await aliceWorks(client, cast, notes, seen);
    await aliceStepsUp(client, cast, notes);
    await bobIsRefused(client, cast, notes);
    await malloryIsRefused(client, cast, notes);
  } catch (error) {
    const { step, code, message } = error instanceof Stopped ? error : unexpected(error);
    return { stoppedAt: step, code, message, by: seen.by, notes: [...notes].sort() };
  }
  return { stoppedAt: undefined, code: undefined, message: undefined, by: seen.by, notes: [...notes].sort() };
}

function unexpected(error: unknown): { step: string; code: string; message: string } {
  return { step: 'driver', code: 'failed', message: error instanceof Error ? error.message : String(error) };
}

/** A person who counts how often the client sends them to a browser. More than three times is a loop. */
function countingPerson(cast: Cast, name: 'alice' | 'bob' | 'mallory', narrow?: readonly string[]) {
  const count = { logins: 0 };
  const person: Person = {
    name,
    signIn: (authorization) => {
      count.logins += 1;
      // A person who leaves something unchecked, or a provider that grants less.
      if (narrow !== undefined && count.logins === 1) authorization.searchParams.set('scope', narrow.join(' '));
      if (count.logins > 4) throw new Stopped('authorization', 'login_loop', `${name} was sent to sign in five times`);
      return cast.signIn(name, authorization);
    },
  };
  return { person, count };
}

async function aliceWorks(client: TestedClient, cast: Cast, notes: Set<string>, seen: { by?: string }): Promise<void> {
  const { person, count } = countingPerson(cast, 'alice');
  const connection = await client.connect(person);
  seen.by = connection.by;
  expectEqual('list', await connection.list(), TOOLS);
  expectDone(await connection.call('whoami', {}));
  expectEqual('call', expectDone(await connection.call('echo', ECHO)), ECHO);
  for (const note of connection.notes) notes.add(note);
  if (count.logins > 1 && !notes.has('scopes refused once')) notes.add('signs in more than once');
  await tokensEnd(connection, count, notes);
}

/** Refreshed without a person; and when that is no longer possible, one sign-in and no more. */
async function tokensEnd(connection: Connection, count: { logins: number }, notes: Set<string>): Promise<void> {
  if (!connection.hasRefreshToken()) return void notes.add('no refresh token');
  const before = count.logins;
  connection.expire();
  expectDone(await connection.call('whoami', {}));
  if (count.logins > before) notes.add('signs in again when the token expires');
  if (!(await connection.revoke())) return void notes.add('nothing to revoke with');
  connection.expire();
  const revoked = await connection.call('whoami', {});
  if (revoked.kind === 'refused') return void notes.add('reconnects by hand after revocation');
  if (count.logins === before) throw new Stopped('refresh', 'not_revoked', 'a revoked refresh token still worked');
}

/** A token for less: the call that needs more is refused, and works after the client has asked for more. */
async function aliceStepsUp(client: TestedClient, cast: Cast, notes: Set<string>): Promise<void> {
  const { person, count } = countingPerson(cast, 'alice', cast.narrow);
  const connection = await client.connect(person);
  expectDone(await connection.call('whoami', {}));
  const logins = count.logins;
  const outcome = await connection.call('echo', ECHO);
  if (outcome.kind === 'refused') {
    notes.add('steps up by hand');
    await connection.reconnect();
    expectDone(await connection.call('echo', ECHO));
  } else if (count.logins !== logins + 1) {
    throw new Stopped('call', 'step_up', `stepping up took ${count.logins - logins} sign-ins`);
  }
  // A client that asks for the challenged scopes only must not lose those it had.
  expectDone(await connection.call('whoami', {}));
}

/** Somebody who will never get the scope: refused, after at most one more sign-in. */
async function bobIsRefused(client: TestedClient, cast: Cast, notes: Set<string>): Promise<void> {
  const { person, count } = countingPerson(cast, 'bob');
  const connection = await client.connect(person);
  expectEqual('list', await connection.list(), TOOLS);
  expectDone(await connection.call('whoami', {}));
  const logins = count.logins;
  const outcome = await connection.call('echo', ECHO);
  if (outcome.kind === 'done') throw new Stopped('call', 'not_refused', 'a call without its scope was done');
  if (outcome.code !== 'insufficient_scope') throw new Stopped('call', outcome.code, 'refused for another reason');
  if (count.logins > logins + 1) notes.add('signs in twice for a scope that is not granted');
  expectDone(await connection.call('whoami', {}));
}

/** A disabled user gets tokens from the identity provider and nothing from the gateway; no client may go round in circles. */
async function malloryIsRefused(client: TestedClient, cast: Cast, notes: Set<string>): Promise<void> {
  const { person, count } = countingPerson(cast, 'mallory');
  const refusal = await client.connect(person).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(refusal instanceof Stopped))
    throw refusal ?? new Stopped('connect', 'not_refused', 'a disabled user was let in');
  // A 401 would tell the client that another sign-in may help.
  if (refusal.step !== 'connect' || refusal.code !== 'ACCOUNT_DISABLED') throw refusal;
  if (count.logins > 1) notes.add('sends a disabled user to sign in twice');
}

function expectDone(outcome: CallOutcome): unknown {
  if (outcome.kind === 'done') return outcome.content;
  throw new Stopped('call', outcome.code, 'a call that should work was refused');
}

function expectEqual(step: 'list' | 'call', found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  throw new Stopped(step, 'other_answer', `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}
