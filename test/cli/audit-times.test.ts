import { describe, expect, test } from '@jest/globals';
import { toSameTime, toSpan, toTime } from '../../cli/audit/times.ts';

const NOW = Date.UTC(2026, 10, 25, 12);

describe('a time', () => {
  test.each([
    ['now', NOW],
    ['0m', NOW],
    ['30m', NOW - 1_800_000],
    ['7d', NOW - 604_800_000],
    ['99999d', 0],
    ['2026-11-24', Date.UTC(2026, 10, 24)],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    ['2026-11-24T08:00Z', Date.UTC(2026, 10, 24, 8)],
    ['2026-11-24T08:00:30.5Z', Date.UTC(2026, 10, 24, 8, 0, 30, 500)],
    ['2026-11-24T08:00:00+05:30', Date.UTC(2026, 10, 24, 2, 30)],
    ['2026-11-24T08:00', new Date(2026, 10, 24, 8).getTime()],
  ])('can be %s', (text, time) => {
    expect(toTime('--since', text, NOW)).toBe(time);
  });

  test.each([
    '',
    '7',
    'last 5',
    'noon',
    '30',
    '-1h',
    '1.5h',
    '24H',
    '2026',
    '2026-11',
    '2026-02-29',
    '2026-11-31',
    '2026-02-30T08:00:00Z',
    '2026-11-24T24:00:00Z',
    '2026-11-24T08:60Z',
    '2026-11-24 08:00',
    '2026-11-24T08:00:00 ',
    '11/24/2026',
    '2026-11-24T08:00:00+99:00',
  ])('cannot be "%s"', (text) => {
    expect(() => toTime('--since', text, NOW)).toThrow(`--since ${text} is no time. Examples: now, 30m, 24h, 7d,`);
  });

  test('that two people must understand as one has a zone, or is a day', () => {
    expect(() => toSameTime('--to', '2026-11-24T08:00', NOW)).toThrow('--to 2026-11-24T08:00 has no zone.');
    expect(toSameTime('--to', '2026-11-24', NOW)).toBe(Date.UTC(2026, 10, 24));
  });
});

describe('a span', () => {
  test.each([
    ['0m', 0],
    ['90m', 5_400_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('can be %s', (text, ms) => {
    expect(toSpan('--lag', text)).toBe(ms);
  });

  test.each(['', '1', '-1h', '1s', '1h30m', 'now', '2026-11-24', '2026-11-24T08:00:00Z'])('cannot be "%s"', (text) => {
    expect(() => toSpan('--lag', text)).toThrow(`--lag ${text} is no span of time. Examples: 0m, 30m, 24h, 7d`);
  });
});
