import type { Dynamo } from '../aws/dynamodb.ts';
import type { Within } from '../aws/end-within.ts';
import type { SessionCredentials } from '../aws/session-dynamo.ts';
import type { SignRequest } from '../aws/sign-request.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import type { Uid } from '../core/principal.ts';
import { USER_TAG } from '../core/tables.ts';
import type { NetPolicy } from '../net/guarded-client.ts';
import type { Send } from '../net/send.ts';

export interface UserSessionsOptions {
  /** The role that may reach the data of the user in its session's tag, and nothing else. */
  readonly roleArn: string;
  readonly region: string;
}

export interface UserSessionsPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly signRequest: SignRequest;
  readonly connect: (policy: NetPolicy) => Send;
  readonly dynamoOf: (credentials: SessionCredentials) => Dynamo;
}

/** No session: nothing was read or written. */
class SessionUnavailable extends Error {
  override readonly name = 'SessionUnavailable';
}

/** The shortest that STS gives (AssumeRole, DurationSeconds). */
const LIFE_S = 900;
/** An operation that has just begun must not meet the end of its session. */
const MARGIN_MS = 60_000;
/** Users whose sessions one instance keeps. */
const KEPT = 100;
/** Of the request to STS. */
export const SESSION_TIMEOUT_MS = 1000;
const MAX_BYTES = 65_536;
const ROLE = /^arn:(aws[a-z-]*):iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
/** Ours begin with `usr_` and are letters and digits: nothing in one is a wildcard to a policy. */
const UID = /^usr_[0-9A-Z]{26}$/;

interface Session {
  readonly dynamo: Promise<Dynamo>;
  /** Epoch milliseconds. */
  readonly until: number;
}

/**
 * The database as one user's own session sees it: IAM lets it reach the partitions of that user and of no other, whatever
 * this code asks for. A session costs one request to STS, and serves for 14 minutes.
 *
 * @throws Error at init for what is no role
 */
export function createUserSessions(options: UserSessionsOptions, ports: UserSessionsPorts): (uid: Uid) => Dynamo {
  const ask = createAssumeRole(options, ports);
  const { clock, dynamoOf } = ports;
  const sessions = new Map<Uid, Session>();
  const begin = (uid: Uid): Session => {
    const dynamo = ask(uid).then(dynamoOf);
    const session = { dynamo, until: clock() + LIFE_S * 1000 - MARGIN_MS };
    // Nobody remembers a failure: the next operation asks again.
    dynamo.catch(() => sessions.get(uid) === session && sessions.delete(uid));
    return session;
  };
  const sessionOf = (uid: Uid): Promise<Dynamo> => {
    const known = sessions.get(uid);
    const session = known !== undefined && clock() < known.until ? known : begin(uid);
    // The one that was used last is the last to go.
    sessions.delete(uid);
    sessions.set(uid, session);
    const [oldest] = sessions.keys();
    if (sessions.size > KEPT && oldest !== undefined) sessions.delete(oldest);
    return session.dynamo;
  };
  return (uid) => inSession(() => sessionOf(uid), clock);
}

/** What the session took of an operation's time is not there for the operation. */
function inSession(session: () => Promise<Dynamo>, clock: Clock): Dynamo {
  const begun = async <T extends Within>(options: T): Promise<readonly [Dynamo, T]> => {
    const { withinMs } = options;
    if (withinMs !== undefined && withinMs <= 0) throw new SessionUnavailable('no time is left');
    const started = clock();
    const dynamo = await session();
    return [dynamo, withinMs === undefined ? options : { ...options, withinMs: withinMs - (clock() - started) }];
  };
  return {
    get: async (table, key, options = {}) => {
      const [dynamo, left] = await begun(options);
      return dynamo.get(table, key, left);
    },
    putIfAbsent: async (table, item, options = {}) => {
      const [dynamo, left] = await begun(options);
      return dynamo.putIfAbsent(table, item, left);
    },
    put: async (table, item, options = {}) => {
      const [dynamo, left] = await begun(options);
      return dynamo.put(table, item, left);
    },
    delete: async (table, key, options = {}) => {
      const [dynamo, left] = await begun(options);
      return dynamo.delete(table, key, left);
    },
    query: async (table, input) => {
      const [dynamo, left] = await begun(input);
      return dynamo.query(table, left);
    },
  };
}

/** AssumeRole with the user as a session tag (AWS STS API Reference, IAM User Guide "Pass session tags"). */
function createAssumeRole({ roleArn, region }: UserSessionsOptions, ports: UserSessionsPorts) {
  const [, partition] = ROLE.exec(roleArn) ?? [];
  if (partition === undefined) throw new Error('USER_ROLE is no ARN of a role');
  const host = `sts.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  const send = ports.connect({
    hosts: new Set([host]),
    allowPrivate: true,
    allowHttpLoopback: false,
    keepAliveMs: 4000,
    requestHeaders: new Set(['accept', 'authorization', 'content-type', ...SIGNED_HEADERS]),
    responseHeaders: new Set(),
  });
  return async (uid: Uid): Promise<SessionCredentials> => {
    if (!UID.test(uid)) throw new SessionUnavailable('no user has this name');
    const body = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: roleArn,
      // What CloudTrail shows of every operation.
      RoleSessionName: uid,
      DurationSeconds: String(LIFE_S),
      'Tags.member.1.Key': USER_TAG,
      'Tags.member.1.Value': uid,
    }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = { method: 'POST', host, path: '/', query: '', headers, body };
    try {
      const signature = await ports.signRequest(request, { service: 'sts', region });
      const sent = { ...headers, ...signature };
      const url = `https://${host}/`;
      const limits = { timeoutMs: SESSION_TIMEOUT_MS, maxBytes: MAX_BYTES };
      const answer = await send({ method: 'POST', url, headers: sent, body }, limits);
      if (answer.status !== 200) throw new SessionUnavailable(`http_${answer.status}`);
      return readCredentials(answer.body.toString('utf8'));
    } catch (error) {
      // An answer of STS names the role and the account; ours and those of shared/net are fixed texts.
      const cause = error instanceof Error ? error.message : typeof error;
      ports.log.warn('session.failed', { dependency: 'sts', cause });
      throw new SessionUnavailable(cause);
    }
  };
}

const SIGNED_HEADERS = ['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'];

/** @throws SessionUnavailable for an answer without them */
function readCredentials(xml: string): SessionCredentials {
  const value = (name: string, form: string) =>
    new RegExp(`<Credentials>[^]*<${name}>(${form})</${name}>[^]*</Credentials>`).exec(xml)?.[1];
  const accessKeyId = value('AccessKeyId', '\\w{16,128}');
  const secretAccessKey = value('SecretAccessKey', '[A-Za-z0-9/+=]{16,128}');
  const sessionToken = value('SessionToken', '[A-Za-z0-9/+=]{16,8192}');
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    throw new SessionUnavailable('no credentials in the answer');
  return { accessKeyId, secretAccessKey, sessionToken };
}
