import type { Dynamo, Item } from '../../aws/dynamodb.ts';
import { dayOf } from '../record.ts';
import { type NoteKey, verifyNote } from './note.ts';
import { DAY_MS } from './order.ts';
import { isBelated, readCheckpointText, type Seal, SealError, type SignedSeal, sealNumber } from './seal.ts';

/** The table of finished seals. Objects are the log itself; this says quickly where it ends and which seal is where. */
export interface SealIndex {
  /** The newest one, undefined before the first. */
  last(now: number): Promise<SignedSeal | undefined>;
  /** Those whose `through` lies on the UTC day of `ms`, in their order. `isOver`: there can be no more, so they are kept in mind. */
  ofDay(ms: number, isOver?: boolean): Promise<readonly SignedSeal[]>;
  /** The belated backfills of the UTC day of `ms`, however much later they were made. */
  belatedOf(ms: number): Promise<readonly SignedSeal[]>;
  /** Once; another row of this number stays as it is. */
  add(seal: Pick<Seal, 'n' | 'kind' | 'from' | 'through' | 'note'>): Promise<void>;
}

export interface SealIndexOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  /** A row is believed for the signature in it, and for nothing else. */
  readonly key: NoteKey;
}

/** How far ahead a clock may have been, and how long the sealer may have been away. */
const DAYS_AHEAD = 2;
const DAYS_BACK = 60;
const PAGE = 500;
const ALL = { name: 'sk', from: '0', to: '~' } as const;

export function createSealIndex({ dynamo, table, key }: SealIndexOptions): SealIndex {
  const sealsAt = (ms: number) => `SEAL#${dayOf(ms)}`;
  const belatedOf = (ms: number) => `SEAL-OF#${dayOf(ms)}`;
  const read = async (value: string, limit: number, newestFirst: boolean, cursor: Item | undefined) =>
    dynamo.query(table, {
      consistent: true,
      partition: { name: 'pk', value },
      sort: ALL,
      limit,
      newestFirst,
      ...(cursor === undefined ? {} : { cursor }),
    });
  const readAll = async (value: string, placeOf: (seal: SignedSeal) => string): Promise<readonly SignedSeal[]> => {
    const rows: SignedSeal[] = [];
    let cursor: Item | undefined;
    do {
      const page = await read(value, PAGE, false, cursor);
      rows.push(...page.items.map((item) => toSigned(item, key, placeOf)));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return rows;
  };
  let kept: { readonly of: string; readonly rows: readonly SignedSeal[] } | undefined;
  return {
    last: async (now) => {
      for (let day = DAYS_AHEAD; day >= -DAYS_BACK; day--) {
        const { items } = await read(sealsAt(now + day * DAY_MS), 1, true, undefined);
        if (items[0] !== undefined) return toSigned(items[0], key, ({ through }) => sealsAt(through));
      }
      return undefined;
    },
    ofDay: async (ms, isOver = false) => {
      const of = sealsAt(ms);
      if (isOver && kept?.of === of) return kept.rows;
      const rows = await readAll(of, ({ through }) => sealsAt(through));
      if (isOver) kept = { of, rows };
      return rows;
    },
    belatedOf: (ms) => readAll(belatedOf(ms), ({ from }) => belatedOf(from)),
    add: async (seal) => {
      const row = { sk: sealNumber(seal.n), note: seal.note };
      // The row that ends the work comes last: a run that is killed before it does all of it again.
      if (isBelated(seal)) await dynamo.putIfAbsent(table, { pk: belatedOf(seal.from), ...row });
      await dynamo.putIfAbsent(table, { pk: sealsAt(seal.through), ...row });
    },
  };
}

/** @throws SealError for a row that this log's key did not sign, or signed for another place: an old one would end the log */
function toSigned({ pk, sk, note }: Item, key: NoteKey, placeOf: (seal: SignedSeal) => string): SignedSeal {
  const verified = verifyNote(String(note), key);
  if ('reason' in verified) throw new SealError(`the seal ${String(sk)} is not ours: ${verified.reason}`);
  const signed = readCheckpointText(verified.text);
  if (sealNumber(signed.n) !== sk || signed.origin !== key.name || placeOf(signed) !== pk)
    throw new SealError(`the seal ${String(sk)} is another`);
  return signed;
}
