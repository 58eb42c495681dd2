import type { Dynamo, Item, Key } from '../../../shared/aws/dynamodb.ts';
import type { Feature } from '../../../shared/features/feature.ts';
import type { Registry } from '../../../shared/registry/index.ts';
import type { Wrong } from '../run-history.ts';
import { TABLES } from '../sim/gateway.ts';

type PutIfAbsent = Dynamo['putIfAbsent'];

/** Another way to write records of one phase, the rest as it is. */
function writing(
  phase: string,
  put: (item: Item & Key, real: () => ReturnType<PutIfAbsent>) => ReturnType<PutIfAbsent>,
): Wrong {
  return {
    gateway: {
      dynamo: (real) => ({
        ...real,
        putIfAbsent: (table, item, options) => {
          const go = () => real.putIfAbsent(table, item, options);
          return table === TABLES.audit && item.sk.endsWith(`#${phase}`) ? put(item, go) : go();
        },
      }),
    },
  };
}

function offering(change: (tool: Registry['tools'][number]) => Partial<Feature>): Wrong {
  const registry = (real: Registry): Registry => ({
    ...real,
    tools: real.tools.map((tool) =>
      Object.defineProperties(
        {},
        { ...Object.getOwnPropertyDescriptors(tool), ...Object.getOwnPropertyDescriptors(change(tool)) },
      ),
    ) as unknown as Registry['tools'],
  });
  return { gateway: { registry } };
}

/** Says that it is written, and does not write it. */
export const noIntent = writing('0', async () => ({ created: true }));

export const lostDenial = writing('9', async () => ({ created: true }));

/** Does not wait for the table. */
export const effectBeforeIntent = writing('0', async (_item, real) => {
  void real().catch(() => undefined);
  return { created: true };
});

/** What lies there says something else, and passes for what should lie there. */
export const differingIsSuccess = writing('1', async (_item, real) => {
  const result = await real();
  return result.created ? result : { created: true };
});

/** The tool goes on after it has answered. */
export const outcomeBeforeEffect: Wrong = offering(({ name, call, annotations }) =>
  annotations.readOnlyHint === true || name === 'fail'
    ? {}
    : {
        call: async (input, context) => {
          void call(input, context).catch(() => undefined);
          return { kind: 'done', result: { content: [], structuredContent: { n: 0 } } };
        },
      },
);

/** Nobody remembers that it ran. */
export const runsAgain: Wrong = {
  gateway: {
    dynamo: (real) => ({
      ...real,
      putIfAbsent: async (table, item, options) => {
        const result = await real.putIfAbsent(table, item, options);
        return item.pk.startsWith('ONCE#') ? { created: true } : result;
      },
    }),
  },
};

/** Refuses, and does it all the same. */
export const deniedRuns: Wrong = {
  gateway: {
    handler: (real, act) => async (event, context) => {
      const response = await real(event, context);
      const isDenied = response.body?.includes('INSUFFICIENT_SCOPE') === true;
      if (isDenied) await act('wire', { uid: 'usr_' as never, idempotencyKey: undefined }).catch(() => undefined);
      return response;
    },
  },
};

/** Answers well whatever the outcome was. */
export const tellsOtherwise: Wrong = {
  gateway: {
    handler: (real) => async (event, context) => {
      const response = await real(event, context);
      const body = response.body?.replace('"isError":true', '"isError":false') ?? '';
      return { ...response, body };
    },
  },
};
