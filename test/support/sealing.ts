import { generateKeyPairSync, sign } from 'node:crypto';
import { createHandler as createArchive } from '../../functions/audit-archive/handler.ts';
import { createHandler, type SealPorts } from '../../functions/audit-seal/handler.ts';
import { formatVkey, parseVkey, verifyNote } from '../../shared/audit/log/note.ts';
import { checkpointText, parseSeal, type Seal } from '../../shared/audit/log/seal.ts';
import {
  type AuditRecord,
  type CallFacts,
  denialRecord,
  intentRecord,
  outcomeRecord,
} from '../../shared/audit/record.ts';
import type { Item } from '../../shared/aws/dynamodb.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { toStreamEntry } from '../../shared/aws/stream-changes.ts';
import { uuidv7 } from '../../shared/core/ids.ts';
import type { Uid } from '../../shared/core/principal.ts';
import { captureLog } from './log.ts';
import { createMemoryTable } from './memory-table.ts';
import { createMemoryObjects } from './objects.ts';

const STAMP = { ttl: 2_000_000_000, logTs: 1_790_000_000_000 };

export const LOG_NAME = 'gatehouse-audit/000000000000/local/Test';
const ENV = { AUDIT_TABLE: 'audit', SEALS_TABLE: 'seals', AUDIT_LOG: LOG_NAME };

export interface LocalSigner {
  readonly vkey: string;
  readonly signer: { publicKey(): Promise<Buffer>; sign(message: Uint8Array): Promise<Buffer> };
}

export function createTestSigner(): LocalSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  return {
    vkey: formatVkey(LOG_NAME, raw),
    signer: { publicKey: async () => raw, sign: async (message) => sign(null, message, privateKey) },
  };
}

/** A table, a bucket, a key and a clock, and sealers over them. */
export function createSealWorld(now: number) {
  const memory = createMemoryTable();
  const bucket = createMemoryObjects();
  const { log, lines } = captureLog();
  const key = createTestSigner();
  let written = 0;
  const world = {
    now,
    lines,
    vkey: key.vkey,
    signer: key.signer,
    items: memory.items,
    bucket,
    dynamo: memory.dynamo,
    put: (record: AuditRecord) => void memory.items.set(`${record.pk} ${record.sk}`, record as unknown as Item),
    /** A new sealer, as a new instance of the function is. */
    sealer: (over: Partial<Pick<SealPorts, 'dynamo' | 'objects' | 'signer'>> = {}) =>
      createHandler(ENV, {
        clock: () => world.now,
        log,
        dynamo: memory.dynamo,
        objects: bucket.objects,
        signer: key.signer,
        ...over,
      }),
    run: () => world.sealer()(),
    /** What is put into the table and delivered by its stream. */
    archiver: (objects: Objects = bucket.objects) =>
      createArchive(ENV, { clock: () => world.now, log, dynamo: memory.dynamo, objects }),
    write: async (records: readonly AuditRecord[]) => {
      for (const record of records) world.put(record);
      await world.archiver()({ Records: records.map((record, at) => toStreamEntry(record, written + at)) });
      written += records.length;
    },
    /** The seals in the archive in their order, each with a note that says what the seal says. */
    seals: (): readonly Seal[] => {
      const paths = [...bucket.stored.keys()].filter((path) => path.startsWith('seals/'));
      const seals = paths.map((path) => parseSeal(bucket.stored.get(path)?.body ?? new Uint8Array()));
      for (const seal of seals) {
        const verified = verifyNote(seal.note, parseVkey(key.vkey));
        if (!('text' in verified) || verified.text !== checkpointText(seal))
          throw new Error(`seal ${seal.n} is not signed`);
      }
      return seals.sort((a, b) => a.n - b.n);
    },
  };
  return world;
}

/** What is known of a call that began then. */
export function factsAt(ms: number): CallFacts {
  return {
    callId: uuidv7(() => ms),
    requestId: 'r',
    principal: { issuer: 'https://i.example', subject: 'alice', clientId: 'c', scopes: ['a'], tokenId: 't' },
    uid: 'usr_1' as Uid,
    method: 'tools/call',
    tool: 'echo',
    requestedName: 'echo',
    door: 'mcp',
    revision: '2026-07-28',
    sourceIp: '192.0.2.1',
    userAgent: 'agent/1',
  };
}

/** The records of one call that began then. */
export function callAt(ms: number, kind: 'ended' | 'open' | 'denied' = 'ended'): readonly AuditRecord[] {
  const facts = factsAt(ms);
  if (kind === 'denied') return [denialRecord(facts, 'INSUFFICIENT_SCOPE', 'scope', STAMP)];
  const intent = intentRecord(facts, STAMP);
  if (kind === 'open') return [intent];
  return [intent, outcomeRecord(intent, { isError: false, errorType: undefined, latencyMs: 5 }, STAMP)];
}
