import type { Tool } from './define-tool.ts';
import * as registry from './index.ts';

/** The tools of index.ts, in the order of their names there. */
export const tools: readonly Tool[] = Object.values(registry);

/** Every logical scope that some tool needs, sorted: what metadata and challenges offer. */
export function catalogueOf(list: readonly Tool[]): readonly string[] {
  return [...new Set(list.flatMap((tool) => tool.scopes))].sort();
}
