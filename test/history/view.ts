import type { Item } from '../../shared/aws/dynamodb.ts';
import type { History } from './run-history.ts';
import type { Commit } from './sim/database.ts';
import { type Delivery, TABLES } from './sim/gateway.ts';
import type { Effect, LogLine } from './sim/world.ts';

/** An item of the trail and when it was first there. */
export interface Written {
  readonly item: Item;
  readonly commit: Commit;
}

/** What the caller was told. */
export interface Told {
  readonly isError: boolean;
  /** Undefined where the form of the answer has none. */
  readonly code: string | undefined;
  readonly order: number;
}

/** One delivery with all that the trail and the world know of it. */
export interface CallView {
  readonly name: string;
  readonly delivery: Delivery;
  /** Every call id under which this delivery wrote or logged a record. */
  readonly callIds: readonly string[];
  readonly intent: Written | undefined;
  readonly outcome: Written | undefined;
  readonly denial: Written | undefined;
  readonly effects: readonly Effect[];
  readonly lines: readonly LogLine[];
  readonly told: Told | undefined;
}

export interface View {
  readonly history: History;
  readonly calls: readonly CallView[];
  /** Every change of the audit table. */
  readonly commits: readonly Commit[];
  /** Every item of the audit table at the end. */
  readonly items: readonly Item[];
}

/** Lines that hold a whole record: sink B, and what met another record of the same id. */
const RECORD_LINES: ReadonlySet<string> = new Set(['audit.fallback', 'audit.conflict']);

export function viewOf(history: History): View {
  const { database, effects, lines } = history.world;
  const commits = database.commits.filter(({ table }) => table === TABLES.audit);
  const items = database.items(TABLES.audit);
  const written = new Map<string, Written>();
  for (const commit of commits) {
    if (commit.after !== undefined && !written.has(commit.key.sk))
      written.set(commit.key.sk, { item: commit.after, commit });
  }
  const there = new Set(items.map(({ sk }) => String(sk)));
  const of = (callId: string | undefined, phase: string) => {
    const sk = `${callId}#${phase}`;
    const found = written.get(sk);
    return found !== undefined && there.has(sk) ? found : undefined;
  };
  const calls = history.deliveries.map((delivery): CallView => {
    const { name } = delivery.actor;
    const own = lines.filter(({ by }) => by === name);
    const callIds = callIdsOf(name, commits, own);
    const [callId] = callIds;
    return {
      name,
      delivery,
      callIds,
      intent: of(callId, '0'),
      outcome: of(callId, '1'),
      denial: of(callId, '9'),
      effects: effects.filter(({ by }) => by === name),
      lines: own,
      told: delivery.answer && readAnswer(delivery.answer),
    };
  });
  return { history, calls, commits, items };
}

function callIdsOf(name: string, commits: readonly Commit[], lines: readonly LogLine[]): readonly string[] {
  const written = commits.filter(({ by }) => by === name).map(({ key }) => key.sk);
  const logged = lines
    .filter(({ event }) => RECORD_LINES.has(event))
    .map(({ fields }) => String((JSON.parse(String(fields['record'])) as Item)['sk']));
  // Failed authentications are counted and sampled (phase 5): about nobody's call.
  const keys = [...written, ...logged].filter((sk) => !sk.endsWith('#5'));
  return [...new Set(keys.map((sk) => sk.split('#')[0] ?? ''))];
}

interface Body {
  readonly ok?: boolean;
  readonly result?: { readonly isError?: boolean };
  readonly error?: { readonly code?: unknown; readonly data?: { readonly code?: string } };
}

function readAnswer({ order, body }: NonNullable<Delivery['answer']>): Told {
  const { ok, result, error } = JSON.parse(body) as Body;
  const code = error?.data?.code ?? (typeof error?.code === 'string' ? error.code : undefined);
  return { order, isError: ok === false || error !== undefined || result?.isError === true, code };
}
