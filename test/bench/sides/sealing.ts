import { generateKeyPairSync, sign } from 'node:crypto';
import { createHandler } from '../../../functions/audit-seal/handler.ts';
import type { Objects } from '../../../shared/aws/objects.ts';
import type { Log } from '../../../shared/core/logger.ts';
import { cpuMs, createSyntheticTable } from './sealing-table.ts';

export interface SealingResult {
  readonly records: number;
  readonly minutes: number;
  /** Of the records' canonical JSON. */
  readonly megabytes: number;
  /** Milliseconds of CPU of the sealer, without making the records. */
  readonly sealing: number;
  /** Milliseconds of CPU of JSON.stringify and SHA-256 of each record, and nothing else. */
  readonly plainHash: number;
  /** Megabytes, of the whole process. */
  readonly peakMemory: number;
}

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 25, 10, 1);

// A fresh process: <records> <minutes>. Prints one SealingResult.
const [records = 0, minutes = 1] = process.argv.slice(2).map(Number);
const { dynamo, spent } = createSyntheticTable(START, START + minutes * MINUTE, records / minutes / 2);
const time = { now: START + 90_000 };
const alarms: string[] = [];
const handler = createHandler(
  { AUDIT_TABLE: 'audit', SEALS_TABLE: 'seals', AUDIT_LOG: 'gatehouse-audit/000000000000/local/Bench' },
  { clock: () => time.now, log: quietLog(), dynamo, objects: createBucket(), signer: createSigner() },
);
// The first run is not counted: it compiles the code, over an empty minute.
await handler();
const started = cpuMs();
for (let minute = 0; minute < minutes; minute++) {
  time.now += MINUTE;
  await handler();
}
const result: SealingResult = {
  records: spent.records,
  minutes,
  megabytes: spent.bytes / 1e6,
  sealing: cpuMs() - started - spent.making,
  plainHash: spent.hashing,
  peakMemory: process.resourceUsage().maxRSS / 1000,
};
if (spent.records !== records || alarms.length > 0) throw new Error(`not sealed: ${spent.records}, ${alarms.join()}`);
process.send?.({ value: result }, () => process.exit(0));

/** Keeps tiles, which are read again; of the rest only that it is there. */
function createBucket(): Objects {
  const stored = new Map<string, Uint8Array>();
  return {
    putIfAbsent: async (key, body) => {
      if (stored.has(key)) return { created: false };
      stored.set(key, key.startsWith('log/') ? body : new Uint8Array());
      return { created: true };
    },
    get: async (key) => {
      const body = stored.get(key);
      return body && { body, metadata: {} };
    },
    list: async function* () {},
    hold: async () => undefined,
  };
}

function createSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  return { publicKey: async () => raw, sign: async (message: Uint8Array) => sign(null, message, privateKey) };
}

function quietLog(): Log {
  const quiet: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event) => void alarms.push(event),
    with: () => quiet,
  };
  return quiet;
}
