import type { AuditRecord } from '../../../shared/audit/record.ts';
import { type CallFacts, outcomeRecord, partitionKey, dayOf, leafHash } from '../../../shared/audit/record.ts';
import { hashOnTime } from '../../../shared/audit/late.ts';
import { uuidv7Time } from '../../../shared/core/ids.ts';
import type { Job } from '../plan.ts';
import { TABLES } from './gateway.ts';
import type { Start } from './jobs.ts';
import type { LogLine } from './world.ts';

/** STUB until the real ones are here. */
export const FUNCTIONS: Readonly<Record<Job, Start>> = {
  sweep: ({ dynamo, clock }) => async () => {
    const now = clock();
    for (const day of new Set([dayOf(now), dayOf(now - 3_600_000)]))
      for (let shard = 0; shard < 4; shard++) {
        const items: Record<string, unknown>[] = [];
        let cursor: Readonly<Record<string, unknown>> | undefined;
        do {
          const found = await dynamo.query(TABLES.audit, {
            partition: { name: 'pk', value: partitionKey(day, shard) },
            sort: { name: 'sk', from: '0', to: '~' }, limit: 100, newestFirst: false, consistent: true,
            ...(cursor === undefined ? {} : { cursor }),
          });
          items.push(...found.items);
          cursor = found.cursor;
        } while (cursor);
        const done = new Set(items.map(({ sk }) => sk));
        for (const intent of items) {
          const id = String(intent['callId']);
          if (!String(intent['sk']).endsWith('#0') || done.has(`${id}#1`) || uuidv7Time(id) > now - 60_000) continue;
          const onTime = { ...intent, hash: hashOnTime(intent as AuditRecord) } as unknown as AuditRecord;
          const facts = { callId: id, uid: intent['uid'] } as CallFacts;
          const { late: _l, ...rest } = outcomeRecord(facts, onTime, { isError: true, errorType: 'UNKNOWN', latencyMs: 0 }, Number(intent['ttl']));
          await dynamo.putIfAbsent(TABLES.audit, { ...rest, hash: leafHash(rest) } as never);
        }
      }
  },
  replay: ({ dynamo }) => async (event) => {
    for (const { fields } of event as LogLine[]) {
      const item = JSON.parse(String(fields['record']));
      const r = await dynamo.putIfAbsent(TABLES.audit, item);
      void r;
    }
  },
  seal: () => async () => undefined,
};
