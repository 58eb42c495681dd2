import { uuidv7Time } from '../../core/ids.ts';
import { isObject, type JsonObject } from '../../core/json-object.ts';
import { readDay } from '../archive-read.ts';
import { claimPath, parseClaimObject } from '../log/claim-object.ts';
import { emptyRoot, type HashAt, inclusionPath, rootOf } from '../log/merkle.ts';
import { keyId, type NoteKey } from '../log/note.ts';
import { leafOf } from '../log/order.ts';
import { TREE } from '../log/sealer.ts';
import { hashesOf } from '../log/tiles.ts';
import type { Objects } from '../../aws/objects.ts';
import type { CallProof, RecordProof } from './proof.ts';
import { checkProof, ProofError } from './proof.ts';
import { dayText } from './record-line.ts';
import { isoTime } from './findings.ts';
import { readSeal, type TrustedSeal } from './seal-reader.ts';
import { firstSealAfter, listSealKeys } from './seal-stream.ts';
import { leavesFromTiles } from './tree.ts';

export interface ProveOptions {
  readonly objects: Objects;
  readonly key: NoteKey;
  /** UUIDv7. */
  readonly callId: string;
}

/**
 * The proof of every record of one call, out of the archive's tiles; without them, out of the lists of its seals.
 *
 * @throws ProofError when a record is not there, is not sealed, or the tiles do not lead to the signed root
 */
export async function proveCall({ objects, key: pinned, callId }: ProveOptions): Promise<CallProof> {
  const records = await recordsOf(objects, callId);
  if (records.length === 0) throw new ProofError(`The archive has no record of call ${callId}.`);
  const seals = await sealsOver(objects, pinned, uuidv7Time(callId));
  const proofs: RecordProof[] = [];
  for (const record of records) proofs.push(await proveRecord(objects, record, seals));
  const proof: CallProof = { v: 1, callId, log: pinned.name, keyId: keyId(pinned).toString('hex'), records: proofs };
  // Nobody is handed a proof that does not hold.
  checkProof(JSON.stringify(proof), pinned);
  return proof;
}

async function recordsOf(objects: Objects, callId: string): Promise<readonly JsonObject[]> {
  const found = new Map<string, JsonObject>();
  for await (const one of readDay(objects, dayText(uuidv7Time(callId)))) {
    if (one.kind === 'conflict' && one.sk.startsWith(`${callId}#`)) {
      throw new ProofError(`The archive has two different records ${one.sk}. Verify the archive first.`);
    }
    if (one.kind === 'record' && one.sk.startsWith(`${callId}#`) && isObject(one.record)) found.set(one.sk, one.record);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

/** The seal of the minute, and the backfills up to the last one of the day. */
async function sealsOver(objects: Objects, pinned: NoteKey, time: number): Promise<readonly TrustedSeal[]> {
  const keys = await listSealKeys(objects, () => undefined);
  const seals: TrustedSeal[] = [];
  const [from, to] = [await firstSealAfter(objects, keys, pinned, time), time + 26 * 3_600_000];
  for (const key of keys.slice(from)) {
    const seal = await readSeal(objects, key, pinned, () => undefined);
    if (seal === undefined) continue;
    if (seal.through > to) break;
    if (seal.from <= time && time < seal.to) seals.push(seal);
  }
  return seals;
}

async function proveRecord(objects: Objects, record: JsonObject, seals: readonly TrustedSeal[]): Promise<RecordProof> {
  const sk = String(record['sk']);
  const leaf = leafOf(record as Parameters<typeof leafOf>[0]);
  for (const seal of seals) {
    const tiled = await leavesFromTiles(objects, seal);
    const listed = tiled ? undefined : await listedLeaves(objects, seal.n);
    const leaves = tiled ?? listed?.slice(seal.first);
    const at = leaves?.findIndex((one) => one.equals(leaf)) ?? -1;
    if (at < 0) continue;
    const index = seal.first + at;
    const hashAt = listed ? hashesIn(listed) : hashesOf(seal.size, (tile) => load(objects, `${TREE}${tile}`));
    const path = await inclusionPath(index, seal.size, hashAt);
    return { record, index, path: path.map((one) => one.toString('base64')), note: seal.note };
  }
  const when = isoTime(uuidv7Time(sk));
  throw new ProofError(
    `No seal covers record ${sk} of ${when}. It is sealed two to three minutes after its minute, or by a backfill; or it was changed: verify the archive.`,
  );
}

/** Without tiles: every leaf up to this seal, from the lists that the sealer made. What they are worth, the root tells. */
async function listedLeaves(objects: Objects, last: number): Promise<readonly Buffer[] | undefined> {
  const leaves: Buffer[] = [];
  for (let n = 0; n <= last; n++) {
    const body = (await objects.get(claimPath(n)))?.body;
    if (body === undefined) return undefined;
    for (const { leaf } of parseClaimObject(body).entries) leaves.push(leaf);
  }
  return leaves;
}

function hashesIn(leaves: readonly Buffer[]): HashAt {
  return (level, index) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)) ?? emptyRoot;
}

async function load(objects: Objects, key: string): Promise<Uint8Array> {
  const body = (await objects.get(key))?.body;
  if (body === undefined) throw new ProofError(`${key} is not in the archive: a proof needs the tiles under log/.`);
  return body;
}
