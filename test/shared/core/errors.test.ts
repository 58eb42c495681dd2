import { expect, test } from '@jest/globals';
import { ERRORS, type ErrorRow } from '../../../shared/core/error-table.ts';

const rows: ReadonlyArray<readonly [string, ErrorRow]> = Object.entries(ERRORS);
const own = rows.filter(([, { rpc }]) => rpc > 0);

test('a code of our own is the HTTP status and a row, and means one thing', () => {
  expect({
    strays: own.filter(([, { status, rpc }]) => Math.floor(rpc / 100) !== status).map(([code]) => code),
    shared: own
      .filter(([, { rpc }], at) => own.findIndex(([, other]) => other.rpc === rpc) !== at)
      .map(([code]) => code),
    some: own.length > 20,
  }).toEqual({ strays: [], shared: [], some: true });
});

test('the other codes are those of JSON-RPC and MCP', () => {
  const known = [-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022];
  expect(rows.filter(([, { rpc }]) => rpc <= 0 && !known.includes(rpc)).map(([code]) => code)).toEqual([]);
});
