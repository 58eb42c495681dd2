import type { Objects } from '../../aws/objects.ts';
import { uuidv7Time } from '../../core/ids.ts';
import { isObject, type JsonObject } from '../../core/json-object.ts';
import { readDay } from '../archive-read.ts';
import { claimPath, parseClaimObject } from '../log/claim-object.ts';
import { emptyRoot, type HashAt, inclusionPath, rootOf } from '../log/merkle.ts';
import type { NoteKey } from '../log/note.ts';
import { DAY_MS, leafOf } from '../log/order.ts';
import { belatedDayOf, parseSeal, type Seal, SealError } from '../log/seal.ts';
import { TREE } from '../log/sealer.ts';
import { hashesOf } from '../log/tiles.ts';
import { isoTime } from './findings.ts';
import type { CallProof, RecordProof } from './proof.ts';
import { checkProof, ProofError } from './proof.ts';
import { dayText } from '../record-objects.ts';
import { leavesFromTiles } from './tree.ts';

export interface ProveOptions {
  readonly objects: Objects;
  /** When it is given, the proof is checked with it before it is handed out. */
  readonly key?: NoteKey | undefined;
  /** UUIDv7. */
  readonly callId: string;
}

/**
 * The proof of every record of one call, out of the archive's tiles; without them, out of the lists of its seals.
 *
 * @throws ProofError when a record is not there, is not sealed, or the tiles do not lead to the signed root
 */
export async function proveCall({ objects, key, callId }: ProveOptions): Promise<CallProof> {
  const records = await recordsOf(objects, callId);
  if (records.length === 0) throw new ProofError(`The archive has no call ${callId}.`);
  const seals = await sealsOver(objects, uuidv7Time(callId));
  const proofs: RecordProof[] = [];
  let belated: readonly Seal[] | undefined;
  for (const record of records) {
    let found = await proveRecord(objects, record, seals);
    if (found === undefined) {
      belated ??= await belatedOver(objects, uuidv7Time(callId));
      found = await proveRecord(objects, record, belated);
    }
    proofs.push(found ?? unsealed(record));
  }
  const proof: CallProof = { v: 1, callId, records: proofs };
  // Nobody is handed a proof that does not hold.
  if (key !== undefined) checkProof(JSON.stringify(proof), key);
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

/** The seal of the minute, and the backfills up to the last one of the day: they lie within the two days after the call. */
async function sealsOver(objects: Objects, time: number): Promise<readonly Seal[]> {
  const keys: string[] = [];
  for (let day = 0; day <= 2; day++) {
    const prefix = `seals/${dayText(time + day * DAY_MS).replaceAll('-', '/')}/`;
    for await (const { key } of objects.list(prefix)) keys.push(key);
  }
  return readSealsOf(objects, keys, time);
}

/** What was written after its day was closed may be sealed on any later day; the names tell. */
async function belatedOver(objects: Objects, time: number): Promise<readonly Seal[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list('seals/')) if (belatedDayOf(key) === dayText(time)) keys.push(key);
  return readSealsOf(objects, keys, time);
}

async function readSealsOf(objects: Objects, keys: readonly string[], time: number): Promise<readonly Seal[]> {
  const seals: Seal[] = [];
  for (const key of keys) {
    const seal = toSeal((await objects.get(key))?.body);
    if (seal && seal.from <= time && time < seal.to) seals.push(seal);
  }
  return seals;
}

/** What is no seal proves nothing; why it is none, a verification tells. */
function toSeal(body: Uint8Array | undefined): Seal | undefined {
  try {
    return body && parseSeal(body);
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

/** Undefined when none of the seals covers it. */
async function proveRecord(
  objects: Objects,
  record: JsonObject,
  seals: readonly Seal[],
): Promise<RecordProof | undefined> {
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
  return undefined;
}

function unsealed(record: JsonObject): never {
  const sk = String(record['sk']);
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
