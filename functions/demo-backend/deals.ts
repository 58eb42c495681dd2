import { createHash } from 'node:crypto';

/** A deal of the small CRM. */
export interface Deal {
  readonly account: string;
  readonly amountCents: number;
  /** `yyyy-mm-dd`. */
  readonly closeDate: string;
  readonly stage: 'won' | 'lost' | 'open';
}

export interface Quarter {
  readonly year: number;
  readonly quarter: number;
}

const ACCOUNTS = [
  'Brightleaf Foods',
  'Copper & Pine',
  'Harbor Nine',
  'Juniper Labs',
  'Northwind Mills',
  'Ostara Bikes',
];
const STAGES = ['won', 'lost', 'open'] as const;

/** 40 to 79 deals of 2024 and 2025, always the same ones for a user: nothing has to be kept to make them anew. */
export function seedDeals(uid: string): readonly Deal[] {
  const random = mulberry32(createHash('sha256').update(uid).digest().readUInt32BE(0));
  const below = (end: number) => Math.floor(random() * end);
  return Array.from({ length: 40 + below(40) }, (_, at) => {
    // The first eight: something won in each quarter, so that nobody who looks is shown nothing.
    const isFixed = at < 8;
    const stage = isFixed ? 'won' : (STAGES[below(3)] ?? 'open');
    const dollars = (800 + random() * 18_000) * (stage === 'open' ? 0.7 : 1);
    const year = (isFixed ? at < 4 : random() < 0.55) ? 2025 : 2024;
    const [month, day] = [isFixed ? 1 + (at % 4) * 3 + below(3) : 1 + below(12), 1 + below(28)].map((part) =>
      String(part).padStart(2, '0'),
    );
    return {
      account: ACCOUNTS[below(ACCOUNTS.length)] ?? '',
      amountCents: Math.round(dollars * 100),
      closeDate: `${year}-${month}-${day}`,
      stage,
    };
  });
}

/** Won deals of a quarter. */
export function summarise(deals: readonly Deal[], { year, quarter }: Quarter) {
  const range = rangeOf({ year, quarter });
  const won = deals.filter(
    ({ stage, closeDate }) => stage === 'won' && closeDate >= range.start && closeDate < range.endExclusive,
  );
  return {
    year,
    quarter,
    range,
    deals_won: won.length,
    revenue_cents: won.reduce((sum, { amountCents }) => sum + amountCents, 0),
  };
}

function rangeOf({ year, quarter }: Quarter) {
  const day = (month: number) => new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
  return { start: day((quarter - 1) * 3), endExclusive: day(quarter * 3) };
}

/** Tommy Ettinger's generator: the same numbers for the same seed, 0 to 1. For made-up data only. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
