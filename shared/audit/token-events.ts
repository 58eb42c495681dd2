import type { Clock } from '../core/clock.ts';
import { uuidv7 } from '../core/ids.ts';
import { bounded, eventRecord } from './event-record.ts';
import { createSinks, RecordConflict, type SinkOptions } from './sinks.ts';

export interface TokenIssued {
  /** Our name for the program: what it registered as, or its metadata's address. */
  readonly client: string;
  readonly grant: 'authorization_code' | 'refresh_token';
  readonly issuer: string;
  /** Digest of `jti`, as in the records of calls; undefined for a token that has none or is no JWT. */
  readonly tokenId: string | undefined;
  /** Digest of issuer and subject. */
  readonly subject: string | undefined;
}

export type TokenRecorder = (issued: TokenIssued) => Promise<void>;

/**
 * In relay mode the provider knows one client, the gateway, and so do the records of calls. This event has the program behind
 * a token: joined by `tokenId`. To the table, else to the log. Never throws: the token is the provider's and is out.
 */
export function createTokenRecorder({
  clock,
  retentionDays,
  ...store
}: SinkOptions & { readonly clock: Clock; readonly retentionDays: number }): TokenRecorder {
  const { first, second } = createSinks(store);
  return async ({ client, grant, subject, ...known }) => {
    const fields = {
      ...known,
      kind: 'token',
      method: 'oauth/token',
      decision: 'allowed',
      clientId: bounded(client),
      detail: grant,
      // Never the subject itself: nobody has verified the token here.
      subject: subject === undefined ? undefined : `sha256:${subject}`,
    } as const;
    const record = eventRecord(uuidv7(clock), fields, { now: clock(), retentionDays });
    await first(record).catch((cause) => cause instanceof RecordConflict || second(record));
  };
}
