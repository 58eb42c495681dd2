import type { WayId } from './gateways/columns.ts';
import type { Cell } from './matrix.ts';

/** A cell as it is compared and printed. */
export interface Result {
  /** The way that worked; undefined when none did. */
  readonly way: WayId | undefined;
  /** How each way before it ended: `url: registration no_way`. */
  readonly before: readonly string[];
  /** What a user notices although it works. */
  readonly notes: readonly string[];
}

export type Outcome = 'works' | 'works with a note' | 'cannot';

export function resultOf({ tried }: Cell): Result {
  const last = tried.at(-1);
  const works = last !== undefined && last.told.stoppedAt === undefined;
  const failed = works ? tried.slice(0, -1) : tried;
  return {
    way: works ? last.way : undefined,
    before: failed.map(({ way, told }) => `${way}: ${told.stoppedAt} ${told.code}`),
    notes: works ? last.told.notes : [],
  };
}

export function outcomeOf({ way }: Pick<Result, 'way'>): Outcome {
  if (way === undefined) return 'cannot';
  return way === 'url' ? 'works' : 'works with a note';
}
