import { EXPECTED } from './expectations.ts';
import type { ColumnId, WayId } from './gateways/columns.ts';
import { castAt } from './gateways/open.ts';
import type { Subject } from './matrix.ts';
import { type Told, tellStory } from './story.ts';
import { SUBJECTS } from './subjects.ts';

export interface PersonaRun {
  /** Any gateway before the embedded identity provider; ends in `/mcp`. mallory has to be disabled there. */
  readonly url: string;
  /** The way out, for clients and browser alike. */
  readonly fetch: typeof fetch;
  readonly asksConsent: boolean;
  readonly subjects?: readonly Subject[];
}

export interface PersonaEnd {
  readonly persona: string;
  readonly told: Told;
  readonly trail: readonly string[];
}

/** Every client at one gateway, with nothing but its URL. */
export async function runPersonas({ url, fetch: send, asksConsent, subjects = SUBJECTS }: PersonaRun) {
  const cast = castAt({ send, narrow: ['starter.whoami'], asksConsent });
  const ends: PersonaEnd[] = [];
  for (const { persona, create } of subjects) {
    const client = create({ url, fetch: send, cast }, {});
    ends.push({ persona: persona.id, told: await tellStory(client, cast), trail: client.trail.slice(-8) });
  }
  return ends;
}

/** One sentence for each end that is not as in the column, at a gateway that offers these ways without more to enter. */
export function unexpectedEnds(
  ends: readonly PersonaEnd[],
  column: ColumnId,
  offered: readonly WayId[],
): readonly string[] {
  return ends.flatMap(({ persona, told, trail }) => {
    const row = EXPECTED.get(persona);
    const way = row?.cells[column].way;
    const should = way !== undefined && offered.includes(way) ? ['done', ...(row?.notes ?? [])].join(', ') : 'stopped';
    const found = told.stoppedAt === undefined ? ['done', ...told.notes].join(', ') : 'stopped';
    const why = `${told.stoppedAt ?? ''} ${told.code ?? ''} ${told.message ?? ''}`.trim();
    return should === found ? [] : [`${persona}: expected ${should}, found ${found} ${why}\n${trail.join('\n')}`];
  });
}
