import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const OTHER = 'a3ce929d0e0e47364bf92f3577b34da6';

/** The audit items in the order of their keys, whose ids are new with every call. */
async function traceparents(known: ReadonlySet<string> = new Set()) {
  const items = (await database.dump()) as ReadonlyArray<Record<string, { readonly S?: string } | undefined>>;
  return items
    .filter((item) => item['callId'] !== undefined && !known.has(item['sk']?.S ?? ''))
    .map((item) => ({ key: item['sk']?.S ?? '', traceparent: item['traceparent']?.S }));
}

/** What one call leaves: the ids in its log line and `traceparent` in its audit items. */
async function traced(meta: unknown, header?: string) {
  const gateway = createTestGateway(database);
  const before = new Set((await traceparents()).map(({ key }) => key));
  const call = legacy('tools/call', {
    name: 'echo',
    arguments: { text: 'x' },
    ...(meta === undefined ? {} : { _meta: { traceparent: meta } }),
  });
  const { status } = await gateway.rpc(call, { headers: header === undefined ? {} : { traceparent: header } });
  const line = gateway.lines.find(({ event }) => event === 'request');
  return {
    status,
    logged: [line?.['traceId'], line?.['spanId']],
    recorded: (await traceparents(before)).map(({ traceparent }) => traceparent),
  };
}

/** The intent says it, and the outcome is chained to the intent. */
const joined = (text: string, traceId = TRACE) => ({
  status: 200,
  logged: [traceId, SPAN],
  recorded: [text, undefined],
});
const ignored = { status: 200, logged: [undefined, undefined], recorded: [undefined, undefined] };

describe('the client’s trace is in the log line and in the records', () => {
  test.each([
    ['in _meta', `00-${TRACE}-${SPAN}-01`, undefined, joined(`00-${TRACE}-${SPAN}-01`)],
    ['in the header', undefined, `00-${TRACE}-${SPAN}-00`, joined(`00-${TRACE}-${SPAN}-00`)],
    [
      'in both: the call’s own span is the nearer one',
      `00-${OTHER}-${SPAN}-01`,
      `00-${TRACE}-${SPAN}-01`,
      joined(`00-${OTHER}-${SPAN}-01`, OTHER),
    ],
    [
      'in the header beside a malformed one in _meta',
      'nonsense',
      `00-${TRACE}-${SPAN}-01`,
      joined(`00-${TRACE}-${SPAN}-01`),
    ],
    [
      'of a later version, cut to what we know',
      `cc-${TRACE}-${SPAN}-01-more`,
      undefined,
      joined(`00-${TRACE}-${SPAN}-01`),
    ],
  ])('%s', async (_name, meta, header, expected) => {
    expect(await traced(meta, header)).toEqual(expected);
  });
});

describe('a malformed one is ignored and never an error', () => {
  test.each([
    ['no trace id', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span id', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a line break', `00-${TRACE}-${SPAN}-01\n`],
    ['blanks around', ` 00-${TRACE}-${SPAN}-01 `],
    ['two of them', `00-${TRACE}-${SPAN}-01,00-${TRACE}-${SPAN}-01`],
    ['text', 'drop table'],
    ['nothing', ''],
    ['a number', 7],
    ['an object', { toString: 'x' }],
    ['null', null],
  ])('%s', async (_name, value) => {
    expect(await traced(value, typeof value === 'string' ? value : undefined)).toEqual(ignored);
  });
});
