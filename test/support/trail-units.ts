import { createHandler as createSweep } from '../../functions/audit-sweep/handler.ts';
import type { AuditRecord } from '../../shared/audit/record.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { toStreamEntry } from '../../shared/aws/stream-changes.ts';
import { captureLog } from './log.ts';
import { createSealWorld } from './sealing.ts';
import { recordsOf } from './synthetic-trail.ts';

/** What was asked of AWS, in what AWS counts. */
export interface TrailUnits {
  readUnits: number;
  writeUnits: number;
  signatures: number;
  puts: number;
  gets: number;
  /** Left in the bucket. */
  archiveBytes: number;
}

export type Part = 'sweep' | 'seal' | 'archive';

const MINUTE = 60_000;
const PAGE_BYTES = 4096;

/**
 * The functions behind the calls, run every minute of the time with a new call each `callEveryMs`, and none when that is
 * not given. Counts as the price lists do: a query in steps of 4 KB, half when it may be behind, and nothing found is a
 * step; a put that finds an object there is a put (S3 User Guide, "Conditional requests").
 */
export async function countTrail(
  from: number,
  to: number,
  calls?: { readonly everyMs: number; readonly until: number },
): Promise<Readonly<Record<Part, TrailUnits>>> {
  const world = createSealWorld(from);
  const { log } = captureLog();
  const used = { sweep: nothing(), seal: nothing(), archive: nothing() };
  const clock = () => world.now;
  const objects = (part: Part) => countObjects(world.bucket.objects, used[part]);
  const archive = world.archiver(objects('archive'));
  const sweep = createSweep(
    { AUDIT_TABLE: 'audit', SEALS_TABLE: 'seals' },
    { clock, log, dynamo: countReads(world.dynamo, used.sweep) },
  );
  const seal = world.sealer({ dynamo: countReads(world.dynamo, used.seal), objects: objects('seal') });
  let made = 0;
  let next = from;
  for (world.now = from; world.now < to; world.now += MINUTE) {
    const records: AuditRecord[] = [];
    for (; calls !== undefined && next < Math.min(world.now, calls.until); next += calls.everyMs) {
      records.push(...recordsOf({ at: next, n: made++, user: '7'.padStart(26, '0'), end: 'ok' }));
    }
    for (const record of records) world.put(record);
    if (records.length > 0)
      await archive({ Records: records.map((record, at) => toStreamEntry(record, made * 2 + at)) });
    await sweep();
    await seal();
  }
  used.seal.signatures = world.seals().length;
  return used;
}

function nothing(): TrailUnits {
  return { readUnits: 0, writeUnits: 0, signatures: 0, puts: 0, gets: 0, archiveBytes: 0 };
}

function countReads(dynamo: Dynamo, used: TrailUnits): Dynamo {
  return {
    ...dynamo,
    query: async (table, input) => {
      const page = await dynamo.query(table, input);
      const bytes = page.items.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
      used.readUnits += Math.max(1, Math.ceil(bytes / PAGE_BYTES)) * (input.consistent ? 1 : 0.5);
      return page;
    },
    putIfAbsent: (table, item, options) => {
      used.writeUnits += Math.ceil(Buffer.byteLength(JSON.stringify(item)) / 1024);
      return dynamo.putIfAbsent(table, item, options);
    },
  };
}

function countObjects(objects: Objects, used: TrailUnits): Objects {
  return {
    ...objects,
    putIfAbsent: async (key, body, options) => {
      const result = await objects.putIfAbsent(key, body, options);
      used.puts += 1;
      if (result.created) used.archiveBytes += body.length;
      return result;
    },
    get: (key) => {
      used.gets += 1;
      return objects.get(key);
    },
    list: (prefix) => {
      // A page of a list has the price of a put.
      used.puts += 1;
      return objects.list(prefix);
    },
  };
}
