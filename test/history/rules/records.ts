import { hashOnTime } from '../../../shared/audit/late.ts';
import { leafHash } from '../../../shared/audit/record.ts';
import { isRecorded } from '../sim/requests.ts';
import type { CallView } from '../view.ts';
import { hadTrouble, isUnknown, ofEachCall, type Rule, wasDenied, wasUndecided } from './rule.ts';

/** What the trail has to have, whatever happened. */
export const RECORD_RULES: readonly Rule[] = [
  ofEachCall('one decision', 'Every answer has one decision: an intent with its outcome, or a denial.', oneDecision),
  {
    name: 'no orphan',
    sentence: 'When all is quiet every intent has an outcome, every outcome an intent, written in this order.',
    check: ({ items, commits, calls, history }) => {
      const keys = new Set(items.map(({ sk }) => String(sk)));
      const firsts = new Map([...commits].reverse().map(({ key, order }) => [key.sk, order]));
      return [...keys].flatMap((sk) => {
        const [id = '', phase = ''] = sk.split('#');
        if (phase === '0' && !keys.has(`${id}#1`)) return [`${sk} has no outcome`];
        if (phase !== '1') return [];
        if (!keys.has(`${id}#0`)) return hasLostLine(calls, id) ? [] : [`${sk} has no intent`];
        const early = (firsts.get(sk) ?? 0) < (firsts.get(`${id}#0`) ?? 0);
        // What sink B admitted, in the mode `available`: its intent may reach the table after its outcome.
        const isInSecond = history.world.lines.some(
          ({ event, fields }) => event === 'audit.fallback' && fields['callId'] === id,
        );
        return early && !isInSecond ? [`${sk} was written before its intent`] : [];
      });
    },
  },
  {
    name: 'written once',
    sentence: 'No record is ever changed or removed.',
    check: ({ commits }) =>
      commits
        .filter(({ before, after }) => before !== undefined || after === undefined)
        .map(({ by, key, after }) => `${by} ${after === undefined ? 'removed' : 'changed'} ${key.sk}`),
  },
  {
    name: 'whole',
    sentence: 'Every record has the hash of its content, and an outcome that of its intent.',
    check: ({ items }) => {
      const byKey = new Map(items.map((item) => [String(item['sk']), item]));
      return items.flatMap((item) => {
        const sk = String(item['sk']);
        if (leafHash(item as Hashed) !== item['hash']) return [`${sk} has another hash`];
        const intent = sk.endsWith('#1') ? byKey.get(sk.replace('#1', '#0')) : undefined;
        if (intent === undefined) return [];
        if (item['prevPhaseHash'] !== hashOnTime(intent as Hashed)) return [`${sk} has not the hash of its intent`];
        const same = ['callId', 'uid', 'tool', 'requestId'].filter((name) => intent[name] !== item[name]);
        return same.map((name) => `${sk} says another ${name} than its intent`);
      });
    },
  },
  {
    name: 'nobody else',
    sentence: 'Every record is of a call that was delivered.',
    check: ({ items, calls }) => {
      const known = new Set(calls.flatMap(({ callIds }) => callIds));
      const keys = items.map(({ sk }) => String(sk)).filter((sk) => !sk.endsWith('#5'));
      return keys.filter((sk) => !known.has(sk.split('#')[0] ?? '')).map((sk) => `${sk} is of no call`);
    },
  },
  ofEachCall('unknown for a reason', 'An outcome is only unknown where something went wrong.', (call, { history }) => {
    const sweeperWasWrong = history.runs.some(({ job, actor }) => job === 'sweep' && hasWrongClock(actor.hits));
    return isUnknown(call) && !hadTrouble(call) && !sweeperWasWrong ? ['is unknown, and nothing went wrong'] : [];
  }),
  ofEachCall('swept in time', 'No call is closed as unknown while it may still be running.', (call, { history }) => {
    const { intent, outcome, delivery } = call;
    if (!isUnknown(call) || intent === undefined || outcome === undefined) return [];
    const clocks = [...history.runs.map(({ actor }) => actor.hits), delivery.actor.hits];
    if (delivery.ahead !== 0 || clocks.some(hasWrongClock)) return [];
    const age = outcome.commit.at - intent.commit.at;
    return age < YOUNG_MS ? [`was closed as unknown ${age} ms after its intent`] : [];
  }),
  {
    name: 'alarmed',
    sentence: 'A run of the sweeper that closes a call alarms.',
    check: ({ commits, history }) =>
      commits
        .filter(
          ({ key, after, by }) => key.sk.endsWith('#1') && after?.['errorType'] === 'UNKNOWN' && by.startsWith('sweep'),
        )
        .filter(({ by }) => !history.world.lines.some((line) => line.by === by && line.event === 'audit.unknown'))
        .filter(({ by }) => !history.runs.some(({ actor }) => actor.name === by && mayNotKnow(actor.hits)))
        .map(({ by, key }) => `${by} closed ${key.sk} without an alarm`),
  },
];

/** In the mode `available` a line is enough for a call to run, and nobody acknowledges that it arrives. */
function hasLostLine(calls: readonly CallView[], id: string): boolean {
  const call = calls.find(({ callIds }) => callIds.includes(id));
  return call?.delivery.call.action === 'peek' && call.delivery.actor.hits.has('line lost');
}

type Hashed = Parameters<typeof leafHash>[0];

/** It ended before it could say so, or never heard that the write was its own. */
function mayNotKnow(hits: ReadonlySet<string>): boolean {
  return ['kill before', 'kill in flight', 'reply lost', 'late'].some((fault) => hits.has(fault));
}

/** Lambda's limit for the function: until then it may be running. */
const YOUNG_MS = 28_000;

function hasWrongClock(hits: ReadonlySet<string>): boolean {
  return hits.has('clock back') || hits.has('clock forward');
}

function* countsOf({ callIds, intent, outcome, denial }: CallView): Generator<string> {
  if (callIds.length > 1) yield `has ${callIds.length} call ids`;
  if (denial !== undefined && (intent !== undefined || outcome !== undefined)) yield 'has a denial and an intent';
}

function oneDecision(call: CallView): readonly string[] {
  const { delivery, told, intent, outcome, denial } = call;
  const found = [...countsOf(call)];
  if (!isRecorded(delivery.call.action))
    return intent || outcome || denial ? ['has a record that it may not have'] : found;
  if (told === undefined) return found;
  if (wasUndecided(call)) return intent || outcome || denial ? [...found, `has a record beside ${told.code}`] : found;
  // Nobody acknowledges a line: what was only in one that got lost is nowhere.
  if (delivery.actor.hits.has('line lost')) return found;
  if (wasDenied(call)) return denial === undefined ? [...found, `was answered ${told.code} without a denial`] : found;
  // A write that was given up may come through later; the sweeper closes what is left of it.
  if (told.code === 'AUDIT_UNAVAILABLE') return found;
  if (intent === undefined) found.push('was answered without an intent');
  if (outcome === undefined) found.push('was answered without an outcome');
  return found;
}
