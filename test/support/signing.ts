import { createLocalKms } from '../../cli/dev/local-kms.ts';
import type { Kms } from '../../shared/aws/kms.ts';
import { createPublishedKeys } from '../../shared/backend/published-keys.ts';
import { createStoredKeys, type StoredKeyPorts } from '../../shared/backend/stored-keys.ts';
import { NOW } from './config.ts';
import { captureLog, type LogLine } from './log.ts';
import { createMemoryTable, type MemoryTable } from './memory-table.ts';

export const KMS_KEY = 'alias/gatehouse-test';
export const FOREVER = Number.POSITIVE_INFINITY;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface SigningWorld {
  readonly time: { now: number };
  readonly table: MemoryTable;
  readonly kms: FaultyKms;
  readonly lines: LogLine[];
  readonly ports: StoredKeyPorts;
  /** Another copy of a function that signs. */
  signer(): ReturnType<typeof createStoredKeys>;
  /** Another copy of the function that publishes. */
  publisher(): ReturnType<typeof createPublishedKeys>;
  /** Key ids that one would publish that starts now. */
  published(): Promise<readonly string[]>;
}

export interface FaultyKms {
  readonly kms: Kms;
  /** Whoever asks while this is set is refused. */
  down: boolean;
  /** Operation → how often it was asked for. */
  readonly asked: Map<string, number>;
}

export function createFaultyKms(real: Kms = createLocalKms()): FaultyKms {
  const asked = new Map<string, number>();
  const guarded =
    <Args extends readonly unknown[], T>(name: string, operation: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      await new Promise(setImmediate);
      if (faulty.down) throw Object.assign(new Error('secret detail of KMS'), { name: 'KMSInternalException' });
      return operation(...args);
    };
  const faulty: FaultyKms = {
    down: false,
    asked,
    kms: {
      generateKeyPair: guarded('generateKeyPair', real.generateKeyPair),
      encrypt: guarded('encrypt', real.encrypt),
      decrypt: guarded('decrypt', real.decrypt),
      sign: guarded('sign', real.sign),
      publicKey: guarded('publicKey', real.publicKey),
    },
  };
  return faulty;
}

/** Instances that share a table, a KMS key and a clock. */
export function createSigningWorld(): SigningWorld {
  const time = { now: NOW };
  const table = createMemoryTable();
  const kms = createFaultyKms();
  const { log, lines } = captureLog();
  const clock = () => time.now;
  const ports: StoredKeyPorts = { dynamo: table.dynamo, table: 'state', kms: kms.kms, kmsKey: KMS_KEY, clock, log };
  const publisher = () => createPublishedKeys(ports);
  return {
    time,
    table,
    kms,
    lines,
    ports,
    signer: () => createStoredKeys(ports),
    publisher,
    published: async () => (await publisher().read(FOREVER)).keys.map(({ kid }) => kid),
  };
}
