import type { FailureRow, Injection } from '../../cli/failures/row.ts';
import { createHandler as createArchive } from '../../functions/audit-archive/handler.ts';
import { readLines } from '../../shared/audit/archive-read.ts';
import { parseClaimObject } from '../../shared/audit/log/claim-object.ts';
import type { AuditRecord } from '../../shared/audit/record.ts';
import { createKmsSigner } from '../../shared/aws/kms-client.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { createS3Objects } from '../../shared/aws/objects-s3.ts';
import { toStreamEntry } from '../../shared/aws/stream-changes.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { uuidv7Time } from '../../shared/core/ids.ts';
import type { TestDatabase } from '../support/database.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createTestGateway } from '../support/gateway.ts';
import { captureLog } from '../support/log.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { createS3Server, localS3 } from '../support/s3-server.ts';
import { createSealWorld } from '../support/sealing.ts';
import { createSignerServer } from '../support/signer-server.ts';
import { call, newSubject } from './observe.ts';
import { createProbe } from './probe.ts';

export type ArchiveFault = Extract<Injection, { kind: 'archive' }>;

export interface ArchiveObservation {
  readonly threw: boolean;
  readonly recorded: readonly string[];
  readonly logged: readonly string[];
  /** How often each record is where it has to be, once the fault is over and the run came again. */
  readonly kept: readonly number[];
}

const MINUTE = 60_000;
const SEALED_AFTER = 90_000;
const IMPATIENT = { attempts: 3, connectMs: 1000, requestMs: 60, totalMs: 250 };
const PATIENT = { attempts: 3, connectMs: 1000, requestMs: 4000, totalMs: 10_000 };

export function expectedArchive({ recorded, logged }: FailureRow): ArchiveObservation {
  return { threw: logged.length > 0, recorded, logged, kept: [1, 1] };
}

/** One run of a function behind the calls. */
interface Run {
  readonly run: () => Promise<unknown>;
  readonly logged: () => readonly string[];
  readonly kept: (records: readonly AuditRecord[]) => Promise<readonly number[]>;
}

/** `sabotage`: functions with a defect, to see that the row notices. */
export async function observeArchive(
  database: TestDatabase,
  inject: ArchiveFault,
  sabotage: (objects: Objects) => Objects = (objects) => objects,
): Promise<ArchiveObservation> {
  const { records, recorded } = await recordedCall(database);
  const start = Math.floor(uuidv7Time(records[0]?.callId ?? '') / MINUTE) * MINUTE;
  const world = createSealWorld(start + MINUTE + SEALED_AFTER);
  for (const record of records) world.put(record);
  const s3 = createS3Server();
  const proxy = await startFaultProxy(inject.at === 'signature' ? createSignerServer(world.signer) : s3.answer);
  const limits = inject.fault === 'hang' ? IMPATIENT : PATIENT;
  const objects = sabotage(createS3Objects({ ...localS3(proxy.url), limits }));
  const signer = createKmsSigner('key', { endpoint: proxy.url, region: 'local', credentials: KEYS, limits });
  const { run, logged, kept } =
    inject.at === 'records'
      ? archiveRun(records, objects)
      : sealRun(world, inject.at === 'seals' ? { objects } : { signer }, s3.stored);
  try {
    await proxy.inject(inject.fault, inject.times);
    const threw = await run().then(
      () => false,
      () => true,
    );
    const seen = { threw, recorded, logged: logged() };
    await proxy.recover();
    await run();
    return { ...seen, kept: await kept(records) };
  } finally {
    await proxy.close();
  }
}

const KEYS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A call that knows nothing of the fault, and the two records that it left. */
async function recordedCall(database: TestDatabase) {
  const records: AuditRecord[] = [];
  const { tool } = createProbe();
  const gateway = createTestGateway(database, {
    tools: [tool],
    dynamo: (well) => ({
      ...well,
      putIfAbsent: (table, item, options) => {
        if (table === database.audit) records.push(item as AuditRecord);
        return well.putIfAbsent(table, item, options);
      },
    }),
  });
  const subject = newSubject();
  await call({ gateway, token: await gateway.token({ sub: subject }) });
  const rows = (await gateway.trail()).filter((row) => row.subject === subject);
  return { records, recorded: rows.map(({ outcome }) => outcome) };
}

function archiveRun(records: readonly AuditRecord[], objects: Objects): Run {
  const { log, lines } = captureLog();
  const archive = createArchive(
    { SEALS_TABLE: 'seals' },
    { clock: Date.now, log, objects, dynamo: createMemoryTable().dynamo },
  );
  return {
    run: () => archive({ Records: records.map((record, at) => toStreamEntry(record, at)) }),
    logged: () => lines.map(({ event }) => event),
    kept: async (expected) => {
      const day = new Date(uuidv7Time(expected[0]?.callId ?? '')).toISOString().slice(0, 10);
      const found: string[] = [];
      for await (const { text } of readLines(objects, day)) found.push(text);
      return expected.map((record) => found.filter((text) => text === canonicalJson(record)).length);
    },
  };
}

function sealRun(
  world: ReturnType<typeof createSealWorld>,
  over: Parameters<ReturnType<typeof createSealWorld>['sealer']>[0],
  inS3: Map<string, { readonly body: Uint8Array; readonly metadata: Readonly<Record<string, string>> }>,
): Run {
  return {
    // A new instance each time: what the one before it knew is gone.
    run: () => world.sealer(over)(),
    logged: () => world.lines.filter(({ level }) => level !== 'info').map(({ event }) => event),
    kept: async (expected) => {
      for (const [key, object] of inS3) world.bucket.stored.set(key, object);
      // Every seal has its signature, or this throws.
      const sealed = world.seals().reduce((sum, { count }) => sum + count, 0);
      const claims = [...world.bucket.stored].filter(([key]) => key.startsWith('claims/'));
      const entries = claims.flatMap(([, { body }]) => parseClaimObject(body).entries);
      if (entries.length !== sealed) throw new Error(`${sealed} records are sealed and ${entries.length} claimed`);
      return expected.map(({ sk }) => entries.filter((entry) => entry.sk === sk).length);
    },
  };
}
