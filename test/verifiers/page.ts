import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';

export const PAGE = readFileSync(join(projectRoot, 'docs', 'verify-in-your-backend.md'), 'utf8');

/** The blocks of code in this language, in the order of the page. */
export function blocksOf(language: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, code]) =>
    name === language ? [code ?? ''] : [],
  );
}
