import { createHash, hash } from 'node:crypto';
import { dayText } from '../record-objects.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { HASH_BYTES } from './merkle.ts';
import { fromBase64 } from './note.ts';
import { closesAt } from './order.ts';

export type SealKind = 'minute' | 'backfill';

/** How many of the entries are what. `unknown` are outcomes too; `open`: intents whose outcome is not in this seal. */
export interface SealCounts {
  readonly intent: number;
  readonly outcome: number;
  readonly denial: number;
  readonly event: number;
  readonly unknown: number;
  readonly open: number;
}

/** What a seal says before it is signed. Times in milliseconds. */
export interface Claim {
  readonly v: 1;
  /** `gatehouse-audit/<account>/<region>/<stack>`: the name of the log. */
  readonly origin: string;
  /** 0, 1, 2 … without a gap. */
  readonly n: number;
  readonly kind: SealKind;
  /** The window whose records it seals, up to before `to`. */
  readonly from: number;
  readonly to: number;
  /** Every minute before it is sealed. */
  readonly through: number;
  /** The index of its first entry: the size before it. */
  readonly first: number;
  readonly count: number;
  readonly size: number;
  /** Base64, of the tree over all entries of the log so far. */
  readonly root: string;
  readonly counts: SealCounts;
  /** Of a backfill: the sort keys of its entries, in their order. */
  readonly late?: readonly string[];
  readonly sealedAt: number;
  /** Hex SHA-256 of the text that the note of the previous seal signs; null for the first. */
  readonly previous: string | null;
}

/** Object `seals/<yyyy>/<mm>/<dd>/<n>.json`, or of a belated one `<n>-of-<yyyy-mm-dd>.json`. */
export interface Seal extends Claim {
  /** C2SP signed note over the checkpoint. */
  readonly note: string;
}

/** A text that is no seal. The message says what was wrong. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/**
 * The checkpoint of a seal: its signature covers everything that orders the log, and when that was said to be. Counts are
 * not in it, since they follow from the records.
 */
export function checkpointText(claim: Claim): string {
  const { origin, size, root, n, kind, from, to, through, first, count, sealedAt, previous, late } = claim;
  const line = ['gatehouse/v1', n, kind, from, to, through, first, count, sealedAt, previous ?? '-'].join(' ');
  const extensions = late === undefined ? [line] : [line, `late ${lateHash(late)}`];
  return formatCheckpoint({ origin, size, root: Buffer.from(root, 'base64'), extensions });
}

/** What a checkpoint says of its seal: all of a claim but what follows from records. */
export type SignedSeal = Omit<Claim, 'v' | 'counts' | 'late'> & {
  /** Hex SHA-256 of the text: the `previous` of the next seal. */
  readonly hash: string;
};

const EXTENSION = /^gatehouse\/v1 (\d+) (minute|backfill) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (-|[0-9a-f]{64})$/;

/**
 * Reads the text that a note signs.
 *
 * @throws NoteError for what is no checkpoint, SealError for one that is not of a seal
 */
export function readCheckpointText(text: string): SignedSeal {
  const { origin, size, root, extensions } = parseCheckpoint(text);
  const [, n, kind, from, to, through, first, count, sealedAt, previous] = EXTENSION.exec(extensions[0] ?? '') ?? [];
  if (n === undefined) throw new SealError('the checkpoint is not of a seal');
  const numbers = { n, from, to, through, first, count, sealedAt };
  const whole = Object.fromEntries(Object.entries(numbers).map(([name, digits]) => [name, Number(digits)]));
  return {
    ...(whole as Readonly<Record<keyof typeof numbers, number>>),
    origin,
    size,
    root: root.toString('base64'),
    kind: kind as SealKind,
    previous: previous === '-' || previous === undefined ? null : previous,
    hash: hash('sha256', text, 'hex'),
  };
}

/** A backfill of a day that was closed when it was made. */
export function isBelated({ kind, from, through }: Pick<Claim, 'kind' | 'from' | 'through'>): boolean {
  return kind === 'backfill' && through > closesAt(from);
}

/**
 * The day of a seal: of the end of its window, or of where the minutes were when a backfill was made. A belated one has the
 * day of its records in its name, so that whoever reads that day finds it however much later it was made.
 */
export function sealPath(seal: Pick<Claim, 'n' | 'kind' | 'from' | 'through'>): string {
  const of = isBelated(seal) ? `-of-${dayText(seal.from)}` : '';
  return `seals/${dayText(seal.through).replaceAll('-', '/')}/${sealNumber(seal.n)}${of}.json`;
}

/** The day, `yyyy-mm-dd`, in the name of a belated seal; undefined for every other object. */
export function belatedDayOf(key: string): string | undefined {
  return /^seals\/.+-of-(\d{4}-\d\d-\d\d)\.json$/.exec(key)?.[1];
}

export function sealNumber(n: number): string {
  return String(n).padStart(12, '0');
}

/** Members in the order of the interface, so that one seal is one text. */
export function formatSeal(seal: Seal): string {
  return JSON.stringify(ordered(seal));
}

/**
 * Strict: every member and no other. Whether the note signs what the seal says is another question: compare its text with
 * checkpointText.
 *
 * @throws SealError
 */
export function parseSeal(json: string | Uint8Array): Seal {
  let value: unknown;
  try {
    value = JSON.parse(typeof json === 'string' ? json : new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new SealError('the seal is no JSON');
  }
  const claim = parseClaim(value, ['note']);
  const { note } = value as { readonly note?: unknown };
  if (typeof note !== 'string') throw new SealError('note of the seal is wrong');
  return { ...claim, note };
}

/** @throws SealError */
export function parseClaim(value: unknown, further: readonly string[] = []): Claim {
  if (!isObject(value)) throw new SealError('the seal is no object');
  const { kind } = value;
  if (kind !== 'minute' && kind !== 'backfill') throw new SealError('kind of the seal is wrong');
  const expected = [...MEMBERS.keys(), ...(kind === 'backfill' ? ['late'] : []), ...further];
  const unknown = Object.keys(value).find((name) => !expected.includes(name));
  if (unknown !== undefined) throw new SealError(`the seal has an unknown member ${JSON.stringify(unknown)}`);
  for (const [name, isRight] of MEMBERS) {
    if (!Object.hasOwn(value, name) || !isRight(value[name])) throw new SealError(`${name} of the seal is wrong`);
  }
  const claim = value as unknown as Claim;
  if (kind === 'backfill' && !isLate(claim.late, claim.count)) throw new SealError('late of the seal is wrong');
  check(claim);
  return ordered(claim);
}

/** What must hold between the members of one seal. */
function check(claim: Claim): void {
  const { n, kind, from, to, through, first, count, size, previous } = claim;
  if (from >= to) throw new SealError('the window of the seal is empty');
  if (kind === 'minute' ? through !== to : to > through) throw new SealError('through of the seal is wrong');
  if (first + count !== size) throw new SealError('size of the seal is not first and count');
  if ((n === 0) !== (previous === null)) throw new SealError('previous of the seal is wrong');
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown) => typeof value === 'string' && value !== '' && !value.includes('\n');

const MEMBERS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['v', (value) => value === 1],
  ['origin', isText],
  ['n', isCount],
  ['kind', isText],
  ['from', isCount],
  ['to', isCount],
  ['through', isCount],
  ['first', isCount],
  ['count', isCount],
  ['size', isCount],
  ['root', (value) => typeof value === 'string' && fromBase64(value)?.length === HASH_BYTES],
  ['counts', isCounts],
  ['sealedAt', isCount],
  ['previous', (value) => value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))],
]);

const COUNTS = ['intent', 'outcome', 'denial', 'event', 'unknown', 'open'] as const;

function isCounts(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).length !== COUNTS.length) return false;
  return COUNTS.every((name) => Object.hasOwn(value, name) && isCount(value[name]));
}

function isLate(late: unknown, count: number): boolean {
  return Array.isArray(late) && late.length === count && late.every(isText);
}

function lateHash(late: readonly string[]): string {
  return createHash('sha256').update(late.join('\n')).digest('hex');
}

function ordered<T extends Claim>(value: T): T {
  const names = [...MEMBERS.keys()].flatMap((name) => (name === 'counts' ? [name, 'late'] : [name]));
  const members = value as unknown as Readonly<Record<string, unknown>>;
  const present = [...names, 'note'].filter((name) => members[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, members[name]])) as unknown as T;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
