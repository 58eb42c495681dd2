import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { Clock } from '../../core/clock.ts';
import { parseObject } from '../../core/json-object.ts';
import type { Filters, Range } from './question.ts';

/** What a cursor is good for: the same question, by the same caller. */
export interface Bound {
  readonly filters: Filters;
  /** Whoever asks, as the trail names them. */
  readonly caller: string;
}

export interface Position extends Range {
  /** The last call that was looked at. */
  readonly before: string;
}

export type CursorProblem = 'altered' | 'expired' | 'other-question' | 'other-caller';

const SAYS: Readonly<Record<CursorProblem, string>> = {
  altered: 'This cursor was changed, or comes from somewhere else. Ask the question again from its beginning.',
  expired: 'This cursor has expired. Ask the question again from its beginning.',
  'other-question': 'This cursor belongs to another question. Repeat the options it was given for.',
  'other-caller': 'This cursor was given to somebody else. Ask the question again from its beginning.',
};

export class CursorError extends Error {
  override readonly name = 'CursorError';
  readonly problem: CursorProblem;

  constructor(problem: CursorProblem) {
    super(SAYS[problem]);
    this.problem = problem;
  }
}

export interface Cursors {
  write(position: Position, bound: Bound): string;
  /** @throws CursorError */
  read(cursor: string, bound: Bound): Position;
}

export interface CursorOptions {
  /** 32 random bytes, kept where the same caller finds them again. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly lifetimeMs?: number;
}

const HOUR_MS = 3_600_000;
/** What we write is far shorter. */
const LONGEST = 1000;
const FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;
const CALL = /^[0-9a-f-]{36}$/;

/**
 * Where a question goes on, in the hands of the caller: base64url of JSON, a dot, and base64url of its HMAC-SHA256. It says
 * where to read and nothing of what was read. Signed, so that nobody reads elsewhere with it than where they may.
 */
export function createCursors({ secret, clock, lifetimeMs = HOUR_MS }: CursorOptions): Cursors {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest();
  return {
    write: ({ before, since, until }, { filters, caller }) => {
      const content = { b: before, s: since, u: until, x: clock() + lifetimeMs, q: digest(filters), c: digest(caller) };
      const text = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `${text}.${sign(text).toString('base64url')}`;
    },
    read: (cursor, { filters, caller }) => {
      const [, text = '', signature = ''] = (cursor.length <= LONGEST && FORM.exec(cursor)) || [];
      const given = Buffer.from(signature, 'base64url');
      const due = sign(text);
      // The second comparison: base64url has four ways to write the last bits of a signature.
      const isOurs =
        given.length === due.length && timingSafeEqual(given, due) && due.toString('base64url') === signature;
      const content = isOurs ? parseObject(Buffer.from(text, 'base64url').toString()) : undefined;
      const { b: before, s: since, u: until, x: expires, q, c } = content ?? {};
      if (!isPosition(before, since, until) || typeof expires !== 'number') throw new CursorError('altered');
      if (c !== digest(caller)) throw new CursorError('other-caller');
      if (q !== digest(filters)) throw new CursorError('other-question');
      if (clock() > expires) throw new CursorError('expired');
      return { before: String(before), since: Number(since), until: Number(until) };
    },
  };
}

function isPosition(before: unknown, since: unknown, until: unknown): boolean {
  return typeof before === 'string' && CALL.test(before) && Number.isFinite(since) && Number.isFinite(until);
}

function digest(value: Filters | string): string {
  const plain = typeof value === 'string' ? value : { ...value, kinds: [...(value.kinds ?? ['call'])].sort() };
  return hash('sha256', canonicalJson(plain), 'base64url');
}
