import {
  type Filters,
  KINDS,
  type Kind,
  type Range,
  STATES,
  type State,
} from '../../shared/audit/question/question.ts';
import { WrongUsage } from '../failure.ts';
import { toTime } from './times.ts';
import type { Trail } from './trail.ts';

export const QUESTION_OPTIONS = {
  who: { type: 'string' },
  subject: { type: 'string' },
  issuer: { type: 'string' },
  tool: { type: 'string' },
  decision: { type: 'string' },
  client: { type: 'string' },
  reason: { type: 'string' },
  state: { type: 'string' },
  kind: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
} as const;

export const FILTER_HELP = `  --who UID         calls of one user, usr_…, that have ended
  --subject S       the same, by the name at the identity provider; --issuer names another one than the gateway's
  --tool NAME       calls of one tool, prompt or resource, by its name alone: review-deal, not "prompt review-deal"
  --client ID       calls through one OAuth client
  --decision D      allowed or denied
  --reason CODE     refused or failed with this code, such as INSUFFICIENT_SCOPE
  --state S         ok, error, unknown (nobody knows), open (not ended) or denied
  --kind K,…        call (default), read (of the trail), admin, auth-failure, token, or all`;

export const QUESTION_HELP = `${FILTER_HELP}
  --since T         30m, 24h, 7d, now, a day such as 2026-11-24 (from 00:00 UTC), or a time such as 2026-11-24T08:00:00Z;
                    without a zone it is yours. Default 24h
  --until T         the same. Default now`;

export type QuestionValues = { readonly [Name in keyof typeof QUESTION_OPTIONS]?: string };

/** What is asked, before anybody is looked up. @throws WrongUsage */
export function toFilters(values: QuestionValues): Filters {
  const { who, tool, decision, client, reason, state, kind, subject, issuer } = values;
  if (who !== undefined && !/^usr_[0-9A-HJKMNP-TV-Z]{26}$/.test(who)) {
    throw new WrongUsage(`--who ${who} is no user id. It looks like usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.`);
  }
  if (who !== undefined && subject !== undefined) throw new WrongUsage('Give --who or --subject, not both.');
  if (issuer !== undefined && subject === undefined) throw new WrongUsage('--issuer is for --subject.');
  if (decision !== undefined && decision !== 'allowed' && decision !== 'denied') {
    throw new WrongUsage(`--decision ${decision} is neither allowed nor denied.`);
  }
  return {
    ...(who === undefined ? {} : { who }),
    ...(tool === undefined ? {} : { tool }),
    ...(decision === undefined ? {} : { decision }),
    ...(client === undefined ? {} : { client }),
    ...(reason === undefined ? {} : { reason }),
    ...(state === undefined ? {} : { state: oneOf<State>('state', state, STATES) }),
    ...(kind === undefined ? {} : { kinds: toKinds(kind) }),
  };
}

/** @throws Failure for somebody the gateway does not know */
export async function withUser(filters: Filters, { subject, issuer }: QuestionValues, trail: Trail): Promise<Filters> {
  return subject === undefined ? filters : { ...filters, who: await trail.uidOf(subject, issuer) };
}

/** A clock may be a little ahead of this one. */
const AHEAD_MS = 60_000;

/** @throws WrongUsage */
export function toRange({ since = '24h', until }: QuestionValues, now: number): Range {
  const range = {
    since: toTime('--since', since, now),
    until: until === undefined ? now + AHEAD_MS : toTime('--until', until, now),
  };
  if (range.since > range.until) throw new WrongUsage('--since is after --until.');
  return range;
}

/** @throws WrongUsage */
export function toLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 10_000) return limit;
  throw new WrongUsage(`--limit ${text} is no number from 1 to 10000.`);
}

/** What the record of a reading says was asked. */
export function describeQuestion({ kinds, ...filters }: Filters, range?: Range): string {
  const iso = (ms: number) => new Date(Math.min(ms, 8.64e15)).toISOString().slice(0, 19);
  const times = range === undefined ? [] : [`${iso(range.since)}/${iso(range.until)}`];
  const words = Object.entries(filters).map(([name, value]) => `${name}=${value}`);
  return [...times, ...(kinds === undefined ? [] : [`kind=${kinds.join(',')}`]), ...words].join(' ');
}

function toKinds(text: string): readonly Kind[] {
  return text === 'all' ? KINDS : text.split(',').map((word) => oneOf<Kind>('kind', word, KINDS, ['all']));
}

function oneOf<T extends string>(option: string, text: string, words: readonly T[], others: readonly string[] = []): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new WrongUsage(`--${option} ${text} is none of ${[...words, ...others].join(', ')}.`);
  return found;
}
