import { createHash, verify } from 'node:crypto';
import { leafHash } from '../../../shared/audit/record.ts';
import type { Item } from '../../../shared/aws/dynamodb.ts';
import { publicKey } from '../sim/signer.ts';
import type { View } from '../view.ts';
import type { Rule } from './rule.ts';

/** A seal as it lies in the bucket; only what is read here (docs/verify-the-audit.md). */
export interface SealObject {
  readonly n: number;
  readonly kind: 'minute' | 'backfill';
  readonly from: number;
  readonly to: number;
  readonly through: number;
  readonly first: number;
  readonly count: number;
  readonly size: number;
  readonly root: string;
  readonly late?: readonly string[];
  readonly previous: string | null;
  readonly note: string;
}

/** The log against the table: computed anew, with nothing of the sealer's own code. */
export const SEAL_RULES: readonly Rule[] = [
  {
    name: 'chained',
    sentence: 'Seals are numbered without a gap, each names the one before it, and their windows leave nothing out.',
    check: (view) => sealsOf(view).flatMap((seal, at, all) => linkProblems(seal, all[at - 1], at)),
  },
  {
    name: 'signed',
    sentence: 'Every seal is signed, and for one number only one text ever was.',
    check: (view) => [...sealsOf(view).flatMap(signatureProblems), ...twoTexts(view)],
  },
  {
    name: 'claimed first',
    sentence: 'Nothing is signed that was not claimed before.',
    check: ({ history: { bucket, signed } }) =>
      signed
        .filter(({ message }) => isCheckpoint(message))
        .filter(
          ({ order, message }) => order < (bucket.get(claimOf(numberOf(message)))?.order ?? Number.POSITIVE_INFINITY),
        )
        .map(({ by, message }) => `${by} signed ${numberOf(message)} before it was claimed`),
  },
  {
    name: 'sealed once',
    sentence: 'When all is quiet every record is in exactly one seal, and every root follows from the records.',
    check: (view) => (sealsOf(view).length > 0 ? contentProblems(view) : []),
  },
];

function sealsOf({ history }: View): readonly SealObject[] {
  return [...history.bucket]
    .filter(([key]) => key.startsWith('seals/'))
    .map(([, { body }]) => JSON.parse(Buffer.from(body).toString('utf8')) as SealObject)
    .sort((a, b) => a.n - b.n);
}

function textOf({ note }: SealObject): string {
  return note.slice(0, note.indexOf('\n\n') + 1);
}

function linkProblems(seal: SealObject, before: SealObject | undefined, at: number): readonly string[] {
  const { n, first, size, count, from, through, kind, previous } = seal;
  const found: string[] = [];
  if (n !== at) found.push(`seal ${n} is where ${at} should be`);
  if (first + count !== size) found.push(`seal ${n} has another size than its entries`);
  if (before === undefined)
    return previous === null && first === 0 ? found : [...found, 'the first seal has something before it'];
  if (first !== before.size) found.push(`seal ${n} does not begin where ${before.n} ended`);
  if (previous !== createHash('sha256').update(textOf(before)).digest('hex'))
    found.push(`seal ${n} does not name ${before.n}`);
  if (kind === 'minute' && from !== before.through) found.push(`seal ${n} leaves out ${before.through} to ${from}`);
  if (kind === 'backfill' && through !== before.through) found.push(`seal ${n} says another time than ${before.n}`);
  return found;
}

function signatureProblems(seal: SealObject): readonly string[] {
  const text = textOf(seal);
  const [, size, root] = text.split('\n');
  if (Number(size) !== seal.size || root !== seal.root) return [`the note of seal ${seal.n} says something else`];
  // A signature costs as much as all the rest: those of empty minutes are looked at now and then.
  if (seal.count === 0 && seal.n % 16 !== 0) return [];
  const encoded =
    seal.note
      .slice(text.length + 1)
      .trim()
      .split(' ')
      .at(-1) ?? '';
  const signature = Buffer.from(encoded, 'base64').subarray(4);
  return verify(null, Buffer.from(text), publicKey, signature) ? [] : [`seal ${seal.n} has a wrong signature`];
}

const ORDER = /^gatehouse\/v1 (\d+) /m;

function isCheckpoint(message: string): boolean {
  return ORDER.test(message);
}

function numberOf(message: string): number {
  return Number(ORDER.exec(message)?.[1]);
}

function claimOf(n: number): string {
  return `claims/${String(n).padStart(12, '0')}.gz`;
}

function twoTexts({ history }: View): readonly string[] {
  const texts = new Map<number, string>();
  const found: string[] = [];
  for (const { message, by } of history.signed.filter((one) => isCheckpoint(one.message))) {
    const n = numberOf(message);
    const known = texts.get(n) ?? message;
    texts.set(n, known);
    if (known !== message) found.push(`${by} signed another text for ${n}`);
  }
  return found;
}

function contentProblems(view: View): readonly string[] {
  const seals = sealsOf(view);
  const bySk = new Map(view.items.map((item) => [String(item['sk']), item]));
  const late = new Map(seals.flatMap(({ n, late: keys = [] }) => keys.map((sk) => [sk, n] as const)));
  const leaves: string[] = [];
  const found: string[] = [];
  for (const seal of seals) {
    const entries =
      seal.kind === 'backfill'
        ? (seal.late ?? [])
        : [...bySk.keys()].filter((sk) => isIn(sk, seal) && !late.has(sk)).sort();
    if (entries.length !== seal.count)
      found.push(`seal ${seal.n} counts ${seal.count} entries, and there are ${entries.length}`);
    leaves.push(...entries.map((sk) => leafOf(bySk.get(sk))));
    if (rootOf(leaves) !== seal.root) found.push(`seal ${seal.n} has another root`);
  }
  const through = seals.at(-1)?.through ?? 0;
  const left = [...bySk.keys()].filter(
    (sk) => !late.has(sk) && !seals.some((seal) => seal.kind === 'minute' && isIn(sk, seal)),
  );
  found.push(
    ...left.map((sk) => `${sk} is in no seal, and the log is sealed up to ${new Date(through).toISOString()}`),
  );
  return found.slice(0, 5);
}

function isIn(sk: string, { from, to }: SealObject): boolean {
  const time = Number.parseInt(sk.slice(0, 8) + sk.slice(9, 13), 16);
  return time >= from && time < to;
}

function leafOf(item: Item | undefined): string {
  return item === undefined ? '' : leafHash(item as Parameters<typeof leafHash>[0]);
}

/** RFC 6962 section 2.1, from the definition. */
function rootOf(leaves: readonly string[]): string {
  return nodeOf(leaves.map((leaf) => Buffer.from(leaf, 'hex'))).toString('base64');
}

function nodeOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return only;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  const parts = [Buffer.of(1), nodeOf(leaves.slice(0, half)), nodeOf(leaves.slice(half))];
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
