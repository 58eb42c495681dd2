import type { ErrorCode } from '../../shared/core/error-table.ts';

/**
 * One dependency × one failure, as data. docs/failure-contract.md is rendered from these rows, and test/failure runs
 * each of them: what the page says and what was tested cannot differ.
 */
export interface FailureRow {
  readonly dependency: string;
  readonly failure: string;
  readonly inject: Injection;
  /** `open`: the call goes on all the same. */
  readonly mode: 'open' | 'closed';
  /** HTTP status on POST /mcp, or where the row asks; undefined when nothing is left that could answer. */
  readonly status: number | undefined;
  /** Of a refusal, or of a tool result with `isError`. */
  readonly code?: ErrorCode;
  /** The longest this failure may add to a call, from the constants of the code. */
  readonly boundMs: number;
  readonly executed: boolean;
  /** What `gatehouse audit query` shows of the call afterwards. */
  readonly recorded: readonly Recorded[];
  /** And what it shows of it once the fault is over and the second sink, or the sweeper, has done its part. */
  readonly afterwards?: readonly Recorded[];
  /** Events of level warning and error. */
  readonly logged: readonly string[];
  readonly client: string;
}

/** `open`: an intent without outcome. `unknown`: the sweeper closed it. A denial shows its code. */
export type Recorded = 'ok' | 'error' | 'open' | 'unknown' | ErrorCode;

/** What a server on the network does wrong. */
export type WireFault =
  | 'refused'
  | 'throttled'
  | 'server error'
  | 'access denied'
  | 'connection lost'
  | 'reply lost'
  | 'hang'
  | 'slow body'
  | 'garbage'
  | 'HTML'
  | 'redirect'
  | '10 MB'
  | '10 MB compressed';

/** The operations of a call on the database, each in its table. */
export type Place =
  | 'link read'
  | 'link write'
  | 'user read'
  | 'user write'
  | 'intent'
  | 'outcome'
  | 'denial'
  | 'store read'
  | 'store write'
  | 'key read'
  | 'key write'
  | 'mark write'
  | 'month key read'
  | 'month key write'
  | 'event'
  | 'sweep read';

/** Of the trail, behind the calls and under `available`. */
export type TrailPlace = 'available intent' | 'available outcome' | 'replay write' | 'sweep read' | 'sweep write';

/** What an identity provider publishes wrongly although it answers well. */
export type Published =
  | 'other issuer'
  | 'keys over http'
  | 'keys in a private network'
  | '10,000 keys'
  | 'no keys'
  | 'swapped key'
  | 'new key';

export type ToolFault = 'throws' | 'throws nothing' | 'hangs' | 'answers garbage' | 'answers 10 MB' | 'writes late';

/** What the relay needs, each alone. */
export type RelayPlace = 'token endpoint' | 'document' | 'keys' | 'client secret' | 'mark' | 'event';

/** A secret that is another one now: at the provider alone, or here as well. */
export type Changed = 'changed at the provider' | 'changed' | 'changed twice';

export type Injection =
  /** `times`: so many requests fail, and the next one does not. */
  | { readonly kind: 'database'; readonly place: Place; readonly fault: WireFault; readonly times?: number }
  | { readonly kind: 'spoiled link' }
  | {
      readonly kind: 'issuer';
      readonly at: 'document' | 'keys';
      readonly fault: WireFault | Published;
      /** Keys and document were fetched this long before the failure; absent: never. */
      readonly cachedMs?: number;
      readonly ask?: 'metadata' | 'new key' | 'junk keys';
    }
  | {
      readonly kind: 'relay';
      readonly at: RelayPlace;
      readonly fault: WireFault | Changed;
      /** What the instance knows was read this long before the failure; absent: it has just started. */
      readonly cachedMs?: number;
      /** What the client sends: its refresh token unless this is a code. */
      readonly grant?: 'code';
    }
  | { readonly kind: 'trail'; readonly at: TrailPlace; readonly fault: WireFault }
  | { readonly kind: 'clock'; readonly issuerAheadMs: number; readonly tokenLifeMs: number }
  | { readonly kind: 'clock step'; readonly backMs: number }
  | { readonly kind: 'time'; readonly remainingMs: number; readonly usersTakeMs?: number }
  | { readonly kind: 'tool'; readonly does: ToolFault }
  | {
      readonly kind: 'backend';
      readonly asked: 'read' | 'write';
      readonly fault: WireFault;
      readonly times?: number;
    }
  /** KMS, with nothing known from before. */
  | { readonly kind: 'signing' }
  | { readonly kind: 'process killed' };

export const RETRY = 'try again after `Retry-After`, with the same token';
export const NOTHING = 'nothing';
