/**
 * The protocol's revisions as data. An era is a way of talking: `modern` has no handshake and carries its envelope in
 * every request's `_meta`; `legacy` starts with `initialize`.
 */
export type Era = 'modern' | 'legacy';

export interface Revision {
  readonly name: string;
  readonly era: Era;
}

const MODERN = ['2026-07-28'] as const;
const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

export const NEWEST_LEGACY = LEGACY[0];
/** A request of the legacy era without a version header is of this revision (Streamable HTTP, 2025-06-18). */
export const ASSUMED_LEGACY = '2025-03-26';

const BY_NAME: ReadonlyMap<string, Revision> = new Map<string, Revision>([
  ...MODERN.map((name) => [name, { name, era: 'modern' }] as const),
  ...LEGACY.map((name) => [name, { name, era: 'legacy' }] as const),
]);

export function revisionsOf(era: Era): readonly string[] {
  return era === 'modern' ? MODERN : LEGACY;
}

export function findRevision(name: string | undefined, era: Era): Revision | undefined {
  const revision = name === undefined ? undefined : BY_NAME.get(name);
  return revision?.era === era ? revision : undefined;
}
