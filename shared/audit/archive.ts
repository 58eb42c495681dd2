import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Objects } from '../aws/objects.ts';
import { readChange, type StreamChange, type StreamEntry } from '../aws/stream-changes.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import type { BelatedHours } from './log/belated.ts';
import { dayText } from './record-objects.ts';
import { wellFormed } from './well-formed.ts';

/**
 * The table's stream → objects that are never replaced: `records/dt=<day of the call>/<sequence>-<id>.jsonl.gz`, one
 * record a line as canonical JSON, named after the first change in it. What nobody may do to a record is evidence under
 * `tamper/`, what is no record lies under `rejected/`; both raise an alarm. Hours of closed days that got a record are marked
 * for the sealer.
 */
export interface Archive {
  /**
   * Archives one batch. Delivered again, whole, longer or shorter, it adds only what is new.
   *
   * @throws Error when an object or a mark could not be written: the batch has to come again
   */
  take(entries: readonly StreamEntry[]): Promise<void>;
}

export interface ArchiveOptions {
  readonly objects: Objects;
  readonly belated: Pick<BelatedHours, 'mark'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Line {
  readonly sequence: string;
  readonly id: string;
  /** Milliseconds, of the call. */
  readonly time: number;
  /** `yyyy-mm-dd` of the call. */
  readonly day: string;
  readonly text: string;
  readonly isSound: boolean;
}

type Change = StreamChange & { readonly line: Line | undefined };

const JSON_TYPE = { contentType: 'application/json' };

export function createArchive({ objects, belated, clock, log }: ArchiveOptions): Archive {
  const alarm = (event: string, fields: Readonly<Record<string, string>>) =>
    log.error(event, { ...fields, alarm: true });
  const put = (key: string, value: unknown) => objects.putIfAbsent(key, Buffer.from(JSON.stringify(value)), JSON_TYPE);

  /** What is no record must neither be lost nor hold up everything behind it for ever. */
  const read = async (entry: StreamEntry): Promise<Change | undefined> => {
    try {
      return withLine(readChange(entry));
    } catch {
      const key = `rejected/${hash('sha256', JSON.stringify(entry), 'hex')}.json`;
      await put(key, entry);
      alarm('audit.archive_rejected', { object: key });
      return undefined;
    }
  };
  const judge = async (change: Change): Promise<void> => {
    const event = tamperingOf(change, clock());
    const { sequence, before, after, line } = change;
    if (event !== undefined) {
      const key = `tamper/${nameOf(change)}.json`;
      await put(key, { event, sequence, before, after });
      alarm(event, { object: key, record: String((before ?? after)?.['sk']) });
    }
    if (line?.isSound === false) alarm('audit.tamper_hash', { record: String(after?.['sk']) });
  };
  const write = async (lines: readonly Line[]): Promise<void> => {
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return;
    const key = `records/dt=${first.day}/${nameOf(first)}.jsonl.gz`;
    const metadata = { 'last-sequence': last.sequence, count: String(lines.length) };
    const body = gzipSync(lines.map(({ text }) => `${text}\n`).join(''));
    const { created } = await objects.putIfAbsent(key, body, { metadata, contentType: 'application/gzip' });
    if (created) return;
    // An earlier delivery began with the same change, and may have ended before this one does.
    const there = (await objects.get(key))?.metadata['last-sequence'];
    if (there === undefined) throw new Error('an object of the archive is without its metadata');
    await write(lines.filter(({ sequence }) => BigInt(sequence) > BigInt(there)));
  };

  return {
    take: async (entries) => {
      const days = new Map<string, Line[]>();
      for (const entry of entries) {
        const change = await read(entry);
        if (change === undefined) continue;
        await judge(change);
        if (change.line) days.set(change.line.day, [...(days.get(change.line.day) ?? []), change.line]);
      }
      for (const lines of days.values()) await write(lines);
      await belated.mark([...days.values()].flat(), clock());
    },
  };
}

/** @throws Error for what is new and no record, or has no one text */
function withLine(change: StreamChange): Change {
  const { kind, sequence, id, after } = change;
  if (kind !== 'INSERT') return { ...change, line: undefined };
  const found = after && wellFormed(after);
  if (found === undefined) throw new Error('no record');
  const { record, time, leaf } = found;
  const day = dayText(time);
  const text = canonicalJson(record);
  const isSound = leaf === record.hash;
  return { ...change, line: { sequence, id, time, day, text, isSound } };
}

/** Records are never changed, and only the table itself deletes one, when its time is over. */
function tamperingOf({ kind, before, byExpiry }: StreamChange, now: number): string | undefined {
  if (kind === 'MODIFY') return 'audit.tamper_modify';
  if (kind !== 'REMOVE') return undefined;
  const ttl = before?.['ttl'];
  return byExpiry && typeof ttl === 'number' && ttl * 1000 <= now ? undefined : 'audit.tamper_remove';
}

/** Padded, so that names sort as the changes came. */
function nameOf({ sequence, id }: { readonly sequence: string; readonly id: string }): string {
  return `${sequence.padStart(40, '0')}-${id.replace(/[^\w-]/g, '_').slice(0, 64)}`;
}
