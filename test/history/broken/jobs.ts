import { gunzipSync } from 'node:zlib';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import type { Wrong } from '../run-history.ts';
import type { JobPorts, Start } from '../sim/jobs.ts';

const over =
  (change: (ports: JobPorts) => Partial<JobPorts>) =>
  (real: Start): Start =>
  (ports) =>
    real({ ...ports, ...change(ports) });

const withDynamo = (change: (real: Dynamo) => Partial<Dynamo>) =>
  over(({ dynamo }) => ({ dynamo: { ...dynamo, ...change(dynamo) } }));

/** Its clock is five minutes ahead. */
export const closesYoung: Wrong = { sweep: over(({ clock }) => ({ clock: () => clock() + 300_000 })) };

const without = (shard: string) =>
  withDynamo((real) => ({
    query: async (table, input) =>
      input.partition.value.endsWith(`#${shard}`) ? { items: [], cursor: undefined } : real.query(table, input),
  }));

export const skipsSome: Wrong = { sweep: without('02') };

/** One page of what there is. */
export const firstPageOnly: Wrong = {
  sweep: withDynamo((real) => ({
    query: async (table, input) => ({ ...(await real.query(table, input)), cursor: undefined }),
  })),
};

export const quietly: Wrong = { sweep: over(({ log }) => ({ log: { ...log, error: () => undefined } })) };

export const overwrites: Wrong = {
  replay: withDynamo((real) => ({
    putIfAbsent: async (table, item, options) => {
      await real.put(table, item, options);
      return { created: true };
    },
  })),
};

/** Takes the lines and does nothing with them. */
export const drops: Wrong = { replay: () => () => async () => undefined };

/** Its log is the log of three shards. */
export const sealsSome: Wrong = { seal: without('02') };

/** Says that the claim is there while it is on its way. */
export const signsFirst: Wrong = {
  seal: over(({ objects }) => ({
    objects: {
      ...objects,
      putIfAbsent: async (key, body, options) => {
        const put = objects.putIfAbsent(key, body, options);
        if (!key.startsWith('claims/')) return put;
        void put.catch(() => undefined);
        return { created: true };
      },
    },
  })),
};

/** What came late stays out. */
export const noBackfill: Wrong = {
  seal: over(({ objects }) => ({
    objects: {
      ...objects,
      putIfAbsent: async (key, body, options) => {
        const isBackfill = key.startsWith('claims/') && gunzipSync(body).includes('"kind":"backfill"');
        if (isBackfill) throw new Error('nothing comes late');
        return objects.putIfAbsent(key, body, options);
      },
    },
  })),
};
