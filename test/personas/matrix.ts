import { createDataClient } from './driver/client.ts';
import type { Typed } from './driver/identify.ts';
import type { Column, WayId } from './gateways/columns.ts';
import type { Target } from './gateways/open.ts';
import type { Persona } from './persona.ts';
import { type Told, tellStory } from './story.ts';
import type { TestedClient } from './tested-client.ts';

/** Makes the client that a persona is. Real programs have their own. */
export type CreateClient = (target: Target, typed: Typed) => TestedClient;

export interface Subject {
  readonly persona: Persona;
  readonly create: CreateClient;
  /** The real program is run; the persona's facts are not used. */
  readonly real?: boolean;
}

export function dataSubject(persona: Persona): Subject {
  return { persona, create: ({ url, fetch }, typed) => createDataClient({ persona, url, fetch, typed }) };
}

/** What was tried, and how the last try ended. */
export interface Cell {
  readonly persona: string;
  readonly column: string;
  readonly tried: readonly Attempt[];
}

export interface Attempt {
  readonly way: WayId;
  readonly told: Told;
  /** The last requests, for finding out why. */
  readonly trail: readonly string[];
}

/** Tries the ways of a column until one works. */
export async function runCell(
  { persona, create }: Subject,
  column: Column,
  open: (way: Column['ways'][number]) => Promise<Target>,
): Promise<Cell> {
  const tried: Attempt[] = [];
  for (const way of column.ways) {
    const typed = way.typed(persona);
    if (typed === undefined) continue;
    const target = await open(way);
    const client = create(target, typed);
    const told = await tellStory(client, target.cast);
    tried.push({ way: way.id, told, trail: client.trail.slice(-8) });
    if (told.stoppedAt === undefined) break;
  }
  return { persona: persona.id, column: column.id, tried };
}
