import { visible, visibleJson } from '../../shared/audit/export/visible.ts';
import { type CheckedCall, type CheckedItem, checkCall } from '../../shared/audit/question/check-call.ts';
import type { Call } from '../../shared/audit/question/question.ts';
import { type Revealed, revealArguments } from '../../shared/audit/reveal.ts';
import { localTime, utcTime } from '../audit-rows.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure } from '../failure.ts';
import { toCallId } from './call-id.ts';
import { openTrail, TRAIL_HELP, TRAIL_OPTIONS, type Trail } from './trail.ts';

const OPTIONS = {
  ...TRAIL_OPTIONS,
  arguments: { type: 'boolean' },
  utc: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const NAMES: ReadonlyMap<string, string> = new Map([
  ['0', 'Intent'],
  ['1', 'Outcome'],
  ['5', 'Event'],
  ['9', 'Denial'],
]);

export const showCommand: Command = {
  help: `Usage: npm run gatehouse -- audit show CALL [options]

Everything that the trail has of one call or event, read strongly, with its hashes recomputed. Ends with 1 when they do not
fit. Whether the call is in the sealed log, "audit verify" and "audit prove" say.

  --arguments       also the arguments, where the tool's level keeps them; recorded by itself
  --utc             times in UTC and not in your time zone
  --json            one JSON object

${TRAIL_HELP}`,
  run: async (args) => {
    const { values, positionals } = readArguments({ args: [...args], allowPositionals: true, options: OPTIONS });
    const callId = toCallId(positionals);
    const trail = await openTrail(values);
    await trail.record(values.arguments ? 'audit/arguments' : 'audit/show', callId);
    const call = await trail.reader.find(callId);
    if (call === undefined)
      throw new Failure(`There is no record of ${callId}. After its retention it is in the archive only.`);
    const checked = checkCall(call);
    const revealed = values.arguments ? await reveal(call, trail) : undefined;
    const show = values.json ? toJson : toText;
    process.stdout.write(show(callId, checked, revealed, values.utc === true));
    if (!checked.isSound) process.exitCode = 1;
  },
};

async function reveal({ items }: Call, trail: Trail): Promise<Revealed> {
  const [item] = [items.get('0'), items.get('9')].filter((one) => one !== undefined);
  if (item === undefined) throw new Failure('This is no call: it has no arguments.');
  return revealArguments(item, await trail.reveal());
}

function toJson(callId: string, { items, isChained, isSound }: CheckedCall, revealed: Revealed | undefined): string {
  const records = items.map(({ item }) => item);
  const args = revealed === undefined ? {} : { arguments: revealed };
  return `${visibleJson({ callId, isSound, isChained: isChained ?? null, records, ...args })}\n`;
}

function toText(callId: string, checked: CheckedCall, revealed: Revealed | undefined, isUtc: boolean): string {
  const time = (ms: unknown) => (isUtc ? `${utcTime(Number(ms))} UTC` : localTime(Number(ms)));
  const sections = checked.items.map((item) => itemText(item, time));
  const chain = checked.isChained === undefined ? [] : [chainText(checked.isChained)];
  const args = revealed === undefined ? [] : [`Arguments\n  ${argumentsText(revealed)}`];
  return `${[`Call ${callId}`, ...sections, ...chain, ...args].join('\n\n')}\n`;
}

const TIMES: ReadonlySet<string> = new Set(['ts', 'logTs']);

function itemText({ phase, item, hash, isAsHashed, isInPlace }: CheckedItem, time: (ms: unknown) => string): string {
  const names = Object.keys(item).sort();
  const lines = names.map((name) => {
    const value = item[name];
    const shown = TIMES.has(name) ? time(value) : typeof value === 'string' ? visible(value) : visibleJson(value);
    return `  ${visible(name).padEnd(14)}${shown}`;
  });
  const verdict = isAsHashed
    ? 'hash: as recomputed'
    : `HASH DOES NOT FIT: recomputed ${hash ?? 'none, values no record can have'}`;
  const place = isInPlace ? [] : ['  WRONG PLACE: its id belongs into another partition'];
  return [NAMES.get(phase) ?? `Phase ${visible(phase)}`, ...lines, `  ${verdict}`, ...place].join('\n');
}

function chainText(isChained: boolean): string {
  return isChained
    ? 'Chain: the outcome carries the hash of this intent.'
    : 'CHAIN BROKEN: the outcome carries the hash of another intent, or the intent is gone.';
}

function argumentsText(revealed: Revealed): string {
  switch (revealed.kind) {
    case 'arguments':
      return `${visible(revealed.json)}\n  (level ${revealed.level})`;
    case 'not-kept':
      return `not kept: level ${revealed.level}${revealed.mark === undefined ? '' : `, ${revealed.mark}`}`;
    case 'unreadable':
      return 'unreadable: the user was erased, or has no key';
  }
}
