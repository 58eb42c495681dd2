import type { Objects } from '../../aws/objects.ts';
import { uuidv7Time } from '../../core/ids.ts';
import { isObject, type JsonObject } from '../../core/json-object.ts';
import { readLines } from '../archive-read.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { claimPath, parseClaimObject } from '../log/claim-object.ts';
import { inclusionPath, verifyInclusion } from '../log/merkle.ts';
import { type NoteKey, verifyNote } from '../log/note.ts';
import { DAY_MS, isWithin, leafOf } from '../log/order.ts';
import { parseSeal, type Seal } from '../log/seal.ts';
import { TREE } from '../log/sealer.ts';
import { hashesOf } from '../log/tiles.ts';
import type { AuditRecord } from '../record.ts';

/** One record with all that shows it to be in the log (RFC 6962 section 2.1.1). */
export interface ProvenRecord {
  readonly record: JsonObject;
  /** Its position in the log, from 0. */
  readonly index: number;
  /** Base64, from the leaf up. */
  readonly path: readonly string[];
  /** The signed checkpoint that it is proven under. */
  readonly note: string;
}

/** What an outsider gets: nothing else is needed but the pinned key. */
export interface Proof {
  readonly v: 1;
  readonly callId: string;
  readonly records: readonly ProvenRecord[];
}

export class ProofError extends Error {
  override readonly name = 'ProofError';
}

/**
 * Makes the proof of a call out of an archive.
 *
 * @throws ProofError when the call is not in the archive, or not sealed yet
 */
export async function proveCall(objects: Objects, callId: string): Promise<Proof> {
  const time = uuidv7Time(callId);
  const records = new Map<string, JsonObject>();
  const day = new Date(time).toISOString().slice(0, 10);
  for await (const { text } of readLines(objects, day)) {
    if (!text.includes(callId)) continue;
    const record: unknown = JSON.parse(text);
    if (isObject(record) && record['callId'] === callId) records.set(String(record['sk']), record);
  }
  if (records.size === 0) throw new ProofError(`The archive has no call ${callId}.`);
  const proven: ProvenRecord[] = [];
  for await (const seal of sealsAround(objects, time)) {
    if (proven.length === records.size) break;
    const sealed = seal.kind === 'minute' ? isWithin(`${callId}#`, seal) : seal.late?.some((sk) => records.has(sk));
    if (sealed) proven.push(...(await proveIn(objects, seal, records)));
  }
  if (proven.length < records.size)
    throw new ProofError(`Call ${callId} is not sealed yet: try again in a few minutes.`);
  return { v: 1, callId, records: proven.sort((a, b) => a.index - b.index) };
}

async function proveIn(
  objects: Objects,
  seal: Seal,
  records: ReadonlyMap<string, JsonObject>,
): Promise<ProvenRecord[]> {
  const claim = await objects.get(claimPath(seal.n));
  if (claim === undefined) throw new ProofError(`The archive has no claim of seal ${seal.n}.`);
  const { entries } = parseClaimObject(claim.body);
  const load = async (path: string) => {
    const tile = await objects.get(`${TREE}${path}`);
    if (tile === undefined) throw new ProofError(`The archive has no ${TREE}${path}.`);
    return tile.body;
  };
  const proven: ProvenRecord[] = [];
  for (const [at, { sk }] of entries.entries()) {
    const record = records.get(sk);
    if (record === undefined) continue;
    const index = seal.first + at;
    const path = await inclusionPath(index, seal.size, hashesOf(seal.size, load));
    proven.push({ record, index, path: path.map((hash) => hash.toString('base64')), note: seal.note });
  }
  return proven;
}

/** The seals of the day of a call and of the two after it, by when everything late is sealed. */
async function* sealsAround(objects: Objects, time: number): AsyncIterable<Seal> {
  for (let day = 0; day <= 2; day++) {
    const prefix = `seals/${new Date(time + day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
    for await (const { key } of objects.list(prefix)) {
      const body = (await objects.get(key))?.body;
      if (body) yield parseSeal(body);
    }
  }
}

export interface CheckedRecord {
  readonly record: JsonObject;
  readonly index: number;
  /** Size of the log under the checkpoint. */
  readonly size: number;
  /** Epoch milliseconds when the checkpoint says that it was made; undefined when it does not. */
  readonly sealedAt: number | undefined;
}

/**
 * Whether every record of a proof is in the log whose key was pinned.
 *
 * @throws ProofError that says which one is not, and why
 */
export function checkProof(proof: unknown, key: NoteKey): readonly CheckedRecord[] {
  if (!isProof(proof)) throw new ProofError('This is no proof: it was made by "audit prove", as JSON.');
  if (proof.records.length === 0) throw new ProofError('The proof has no record.');
  return proof.records.map((one) => checkRecord(one, proof.callId, key));
}

function checkRecord({ record, index, path, note }: ProvenRecord, callId: string, key: NoteKey): CheckedRecord {
  const name = String(record['sk']);
  const verified = verifyNote(note, key);
  if ('reason' in verified) throw new ProofError(`The checkpoint of record ${name}: ${verified.reason}.`);
  const { size, root, extensions } = parseCheckpoint(verified.text);
  if (record['callId'] !== callId) throw new ProofError(`Record ${name} is of another call.`);
  const hashes = path.map((hash) => Buffer.from(hash, 'base64'));
  const leaf = leafOf(record as AuditRecord);
  if (record['hash'] !== leaf.toString('hex') || !verifyInclusion(leaf, index, size, hashes, root)) {
    throw new ProofError(`Record ${name} is not in the log as it stands here: the record or the proof was changed.`);
  }
  const sealedAt = Number(extensions[0]?.split(' ')[8]);
  return { record, index, size, sealedAt: Number.isSafeInteger(sealedAt) ? sealedAt : undefined };
}

function isProof(value: unknown): value is Proof {
  if (!isObject(value) || value['v'] !== 1 || typeof value['callId'] !== 'string') return false;
  const { records } = value;
  return (
    Array.isArray(records) &&
    records.every(
      (one) =>
        isObject(one) &&
        isObject(one['record']) &&
        Number.isSafeInteger(one['index']) &&
        typeof one['note'] === 'string' &&
        Array.isArray(one['path']) &&
        one['path'].every((hash) => typeof hash === 'string'),
    )
  );
}
