/** What goes wrong, and what counts as such in the report. */
export const FAULTS = [
  /** Refused, nothing written. */
  'throttle',
  /** 500, nothing written. */
  'server error',
  /** No answer, nothing written. */
  'hang',
  /** Written, and the connection breaks before the answer. */
  'reply lost',
  /** No answer in time; written long after the caller gave up. */
  'late',
  /** The instance ends before it asks. */
  'kill before',
  /** It ends while its request is on the way: that is carried out, and nobody hears of it. */
  'kill in flight',
  'clock back',
  'clock forward',
  /** A read that may be behind is behind. */
  'stale read',
  /** A line of the log that nobody gets. */
  'line lost',
  /** The same, for everybody and for a while. */
  'outage',
  /** The same event, delivered again. */
  'delivered twice',
  /** An instance that has just started, beside those that run. */
  'restart',
  /** Two runs of a function at once. */
  'run twice',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Where in a call or a run it happens. */
const PLACES = [
  'user',
  'month key',
  'reserve',
  'intent',
  'effect',
  'finish',
  'outcome',
  'denial',
  'answer',
  'line',
] as const;
export type Place = (typeof PLACES)[number];

/** Of sweeper, replay and sealer. */
const JOB_PLACES = ['read', 'write', 'object', 'sign'] as const;
export type JobPlace = (typeof JOB_PLACES)[number];

export interface PlannedFault<At = Place> {
  readonly at: At;
  readonly fault: Fault;
  /** Of so many requests at this place, one after the other. */
  readonly times: number;
  /** How many requests at the place are well before. */
  readonly skip: number;
}

export const ACTIONS = [
  /** A tool with an effect. */
  'pay',
  /** It has its effect, then fails. */
  'pay and fail',
  'pay badly',
  /** Idempotent by key. */
  'order',
  /** Idempotent by its arguments. */
  'book',
  /** Reads only. */
  'look',
  /** Reads only, in the mode `available`. */
  'peek',
  /** Only for a role that nobody has. */
  'vault',
  /** Needs a scope that no token has. */
  'wire',
  'no such tool',
  /** Asks the client, which a legacy client cannot answer. */
  'ask',
  /** A request to a backend. */
  'forward',
  'greet',
  'no such prompt',
  /** Not recorded. */
  'list',
  'no token',
  /** Expired for the claims, and so sampled. */
  'bad token',
] as const;
export type Action = (typeof ACTIONS)[number];

export const USERS = ['alice', 'bob', 'disabled'] as const;
export type User = (typeof USERS)[number];

export interface PlannedCall {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly action: Action;
  readonly user: User;
  /** Idempotency key, or the arguments of what is known by them. */
  readonly key: number;
  readonly door: 'mcp' | 'rest';
  /** The instance's first call. */
  readonly isFresh: boolean;
  /** How long the other side of a tool works; milliseconds. */
  readonly worksMs: number;
  /** How long each request takes, in turn; milliseconds. */
  readonly pace: readonly number[];
  readonly faults: readonly PlannedFault[];
  /** Delivered again, so many milliseconds later. */
  readonly again: number | undefined;
}

/** The table of the trail fails everybody for a while. */
export interface Outage {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly ms: number;
  readonly fault: Extract<Fault, 'throttle' | 'server error' | 'hang'>;
}

export const JOBS = ['sweep', 'replay', 'seal'] as const;
export type Job = (typeof JOBS)[number];

export interface PlannedTrouble extends PlannedFault<JobPlace> {
  readonly job: Job;
  /** Which of its runs. */
  readonly run: number;
}

export interface Plan {
  /** Of all ids and keys. */
  readonly seed: number;
  /** Around midnight UTC at the end of a month, or around another full hour. */
  readonly boundary: 'hour' | 'month';
  /** Seconds before it. */
  readonly secondsLeft: number;
  readonly pageSize: number;
  readonly calls: readonly PlannedCall[];
  readonly outage: Outage | undefined;
  readonly troubles: readonly PlannedTrouble[];
  /** Runs that come twice at once. */
  readonly doubled: readonly number[];
  readonly isSealed: boolean;
  /** The functions beside the handler have a model of the SDK's client and not the client. */
  readonly isDirect: boolean;
}
