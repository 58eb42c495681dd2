import { uuidv7Time } from '../../core/ids.ts';
import { isObject, type JsonObject } from '../../core/json-object.ts';
import { hashOnTime } from '../late.ts';
import { HASH_BYTES, verifyInclusion } from '../log/merkle.ts';
import { fromBase64, type NoteKey, verifyNote } from '../log/note.ts';
import { leafOf } from '../log/order.ts';
import { readCheckpointText, type SignedSeal } from '../log/seal.ts';
import { PHASE } from '../record.ts';
import { isoTime } from './findings.ts';

/** What `audit prove` writes: everything about one call that an outsider with the pinned key needs. */
export interface CallProof {
  readonly v: 1;
  readonly callId: string;
  readonly records: readonly RecordProof[];
}

export interface RecordProof {
  /** As it is in the archive, with `hash`. */
  readonly record: JsonObject;
  /** Its position in the log. */
  readonly index: number;
  /** RFC 6962 audit path, base64, from the leaf up. */
  readonly path: readonly string[];
  /** The signed checkpoint of the seal that covers it. */
  readonly note: string;
}

/** A file that is no proof. The message says what was wrong. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}

export interface ProvenRecord {
  readonly record: JsonObject;
  readonly index: number;
  readonly seal: SignedSeal;
}

/**
 * Checks a proof with nothing but the pinned key: the record's hash is a leaf of a tree whose root the key signed.
 *
 * @throws ProofError with what does not hold
 */
export function checkProof(text: string, pinned: NoteKey): readonly ProvenRecord[] {
  const proof = parseProof(text);
  const proven = proof.records.map((one) => checkRecord(one, proof.callId, pinned));
  const [intent, outcome] = [PHASE.intent, PHASE.outcome].map((phase) =>
    proven.find(({ record }) => record['sk'] === `${proof.callId}#${phase}`),
  );
  if (intent && outcome && outcome.record['prevPhaseHash'] !== hashOnTime(intent.record)) {
    throw new ProofError('the outcome belongs to another intent');
  }
  return proven;
}

function checkRecord({ record, index, path, note }: RecordProof, callId: string, pinned: NoteKey): ProvenRecord {
  const sk = String(record['sk']);
  if (record['callId'] !== callId || !sk.startsWith(`${callId}#`))
    throw new ProofError(`record ${sk} is of another call`);
  const leaf = leafOf(record);
  if (record['hash'] !== leaf.toString('hex'))
    throw new ProofError(`record ${sk} does not have the hash that it states: it was changed`);
  const verified = verifyNote(note, pinned);
  if ('reason' in verified)
    throw new ProofError(`the checkpoint of record ${sk} is not signed by the pinned key: ${verified.reason}`);
  const seal = readCheckpointText(verified.text);
  if (seal.origin !== pinned.name) throw new ProofError(`the checkpoint of record ${sk} is of another log`);
  const hashes = path.map((one) => fromBase64(one) ?? Buffer.alloc(0));
  if (!verifyInclusion(leaf, index, seal.size, hashes, Buffer.from(seal.root, 'base64'))) {
    throw new ProofError(`record ${sk} is not in the log of the checkpoint: its path does not lead to the signed root`);
  }
  if (index < seal.first || index >= seal.size) {
    throw new ProofError(`record ${sk} is in the log, and the checkpoint is not of the seal that covers it`);
  }
  const time = uuidv7Time(sk);
  if (time < seal.from || time >= seal.to) {
    throw new ProofError(`record ${sk} is of ${isoTime(time)}, and its seal is of another time`);
  }
  return { record, index, seal };
}

function parseProof(text: string): CallProof {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProofError('it is no JSON');
  }
  if (!isObject(value) || value['v'] !== 1) throw new ProofError('it is no proof of version 1');
  const { callId, records } = value;
  if (typeof callId !== 'string' || !Array.isArray(records) || records.length === 0) {
    throw new ProofError('it has no call id, or no records');
  }
  if (!records.every(isRecordProof)) throw new ProofError('one of its records is no proof');
  return value as unknown as CallProof;
}

function isRecordProof(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { record, index, path, note } = value;
  return (
    isObject(record) &&
    Number.isSafeInteger(index) &&
    typeof note === 'string' &&
    Array.isArray(path) &&
    path.length <= 64 &&
    path.every((one) => typeof one === 'string' && fromBase64(one)?.length === HASH_BYTES)
  );
}
