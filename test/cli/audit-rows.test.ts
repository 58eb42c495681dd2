import { expect, test } from '@jest/globals';
import { auditTable } from '../../cli/audit-rows.ts';
import { toRow } from '../../shared/audit/question/row.ts';
import { NOW } from '../support/config.ts';
import { callIdOf } from '../support/synthetic-trail.ts';

test.each([false, true])('a row without a time of ours does not end the table, in local time %s', (isLocalTime) => {
  const rows = [callIdOf({ at: NOW, end: 'ok' }), 'no-call'].map((callId) => toRow({ callId, items: new Map() }));
  const lines = auditTable(rows, { isLocalTime }).trimEnd().split('\n');
  expect(lines.slice(2).map((line) => line.slice(0, 5))).toEqual([`${new Date(NOW).getFullYear()}-`, '-    ']);
});
