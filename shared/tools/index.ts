import type { Tool } from './define-tool.ts';
import { echo } from './echo.ts';
import { whoami } from './whoami.ts';

/** Every tool of this gateway. Add yours here: docs/add-a-tool.md. */
export const tools: readonly Tool[] = [whoami, echo];

/** Every logical scope that some tool needs, sorted: what metadata and challenges offer. */
export function catalogueOf(list: readonly Tool[]): readonly string[] {
  return [...new Set(list.flatMap((tool) => tool.scopes))].sort();
}
