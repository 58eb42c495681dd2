import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';

/** A page under docs/ as a reader sees it: headings and fenced blocks. */
export interface GuidePage {
  readonly text: string;
  /** Of the second level, in order. */
  readonly headings: readonly string[];
  /** The text below one of these. */
  readonly section: (heading: string) => string;
  /** Of the third level under one of these → the text below. */
  readonly parts: (heading: string) => ReadonlyMap<string, string>;
  /** Fenced blocks of a language under one of these. */
  readonly fenced: (heading: string, language: string) => readonly string[];
}

export function readGuide(file: string): GuidePage {
  const text = readFileSync(join(projectRoot, 'docs', file), 'utf8');
  const sections = split(text, '## ');
  const section = (heading: string) => sections.get(heading) ?? '';
  return {
    text,
    headings: [...sections.keys()],
    section,
    parts: (heading) => split(section(heading), '### '),
    fenced: (heading, language) => fencedIn(section(heading), language),
  };
}

function split(text: string, mark: string): ReadonlyMap<string, string> {
  const [, ...sections] = text.split(new RegExp(`^${mark}`, 'm'));
  return new Map(
    sections.map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [heading, lines.join('\n')];
    }),
  );
}

export function fencedIn(text: string, language: string): readonly string[] {
  // A block inside a list is indented.
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^\\1\`\`\``, 'gm'))].map(
    ([, , block = '']) => block,
  );
}

/** Every `npx cdk deploy …` in shell blocks → its context parameters, as the shell would pass them. */
export function deployContexts(text: string): ReadonlyArray<Readonly<Record<string, string>>> {
  return fencedIn(text, 'sh')
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line.startsWith('npx cdk deploy'))
    .map((line) => {
      const words = [...line.matchAll(/'([^']*)'|([^\s']+(?:'[^']*')?)/g)].map(([word]) => word.replaceAll("'", ''));
      const given = words.flatMap((word, at) => (words[at - 1] === '-c' ? [word] : []));
      return Object.fromEntries(
        given.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      );
    });
}
