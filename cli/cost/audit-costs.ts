import { readFileSync } from 'node:fs';
import { markdownTable } from '../generated-block.ts';
import { prices } from './prices.ts';

interface Measured {
  readonly answers: number;
  readonly readUnits: number;
  readonly requests: number;
}

type Question = keyof typeof import('./audit-units.json')['questions'];

/** Measured by test/contract/audit-questions.contract.ts. */
const { questions: measured } = JSON.parse(readFileSync(new URL('audit-units.json', import.meta.url), 'utf8')) as {
  readonly questions: Readonly<Record<Question, Measured>>;
};

/** Ten million records: the calls of a month, an intent and an outcome each. */
const RECORDS = 10_000_000;
const CALLS = RECORDS / 2;
const CALLS_A_DAY = CALLS / 30;
const USERS = 1000;
const PART_DENIED = 0.01;
const PAGE = 1000;
/** Assumed of DynamoDB in the same region, not measured: a small page, and one of 1000 items. */
const SMALL_MS = 10;
const LARGE_MS = 50;

interface Row {
  readonly question: string;
  readonly options: string;
  readonly path: string;
  readonly units: number;
  /** Requests one after the other. */
  readonly rounds: number;
  readonly ms: number;
}

const daily = measured['every call of a day'];
const unitsOfCall = daily.readUnits / daily.answers;

/** The answer is as long as its limit, however large the table. */
function fixed(question: Question, options: string, path: string, sideBySide: number): Row {
  const { readUnits: units, requests } = measured[question];
  const rounds = Math.ceil(requests / sideBySide);
  return { question, options, path, units, rounds, ms: rounds * SMALL_MS };
}

/** Everything of a kind is read: so many items, at so many units each. */
function whole(
  row: Pick<Row, 'question' | 'options' | 'path'>,
  items: number,
  unitsOfItem: number,
  sideBySide: number,
): Row {
  const rounds = Math.max(1, Math.ceil(items / PAGE / sideBySide));
  return { ...row, units: Math.ceil(items * unitsOfItem), rounds, ms: rounds * LARGE_MS };
}

function perAnswer(question: Question): number {
  const { readUnits, answers } = measured[question];
  return readUnits / answers;
}

function rows(): readonly Row[] {
  const user = 'index by user';
  const state = 'index by state';
  const denied = CALLS_A_DAY * PART_DENIED;
  return [
    fixed('one call', '`audit show CALL`', 'table, its one partition', 1),
    fixed('newest 50', '`audit query`', 'table, 4 shards a day', 4),
    fixed('newest 50 of a user', '`--who`', user, 1),
    whole(
      { question: 'every call of a user in the month', options: '`--who --since 30d`', path: user },
      CALLS / USERS,
      perAnswer('every call of a user'),
      1,
    ),
    whole(
      { question: 'denied in a day', options: '`--decision denied`', path: state },
      denied,
      perAnswer('denied in a day'),
      4,
    ),
    whole(
      { question: 'refused or failed with a code in a day', options: '`--reason CODE`', path: state },
      denied * 2,
      perAnswer('refused or failed with a code in a day') / 2,
      12,
    ),
    fixed('newest 50 of a tool, by its index', '`--tool`, with `auditToolIndex`', 'index by tool, 8 shards a month', 8),
    fixed('newest 50 of a tool, without', '`--tool`, of 20 tools alike', 'table, until 50 are found', 4),
    whole(
      {
        question: 'a tool that was used a few times in the month, without',
        options: '`--tool --since 30d`',
        path: 'table, all of it',
      },
      RECORDS,
      unitsOfCall / 2,
      4,
    ),
    whole(
      {
        question: 'not ended, or by client, in a day',
        options: '`--state open`, `--client`',
        path: 'table, the whole day',
      },
      CALLS_A_DAY * 2,
      unitsOfCall / 2,
      4,
    ),
    whole(
      { question: 'every call of a day', options: '`audit stats`, `audit export`', path: 'table, the whole day' },
      CALLS_A_DAY * 2,
      unitsOfCall / 2,
      4,
    ),
  ];
}

/** The table of docs/audit.md. */
export function auditCosts(): string {
  const usd = (units: number) => (units * prices.dynamodbPerMillionReadUnits) / 1_000_000;
  const shown = (value: number) => (value < 0.000_1 ? '< 0.0001' : value.toFixed(4));
  const time = (ms: number) => (ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`);
  return markdownTable(
    ['question', 'asked with', 'read from', 'read units', 'USD', 'requests in a row', 'time'],
    rows().map(({ question, options, path, units, rounds, ms }) => [
      question,
      options,
      path,
      units.toLocaleString('en-US'),
      shown(usd(units)),
      rounds.toLocaleString('en-US'),
      time(ms),
    ]),
  );
}
