import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generatedPages } from '../../cli/docs.ts';
import { projectRoot } from '../../infra/project.ts';

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const pages = [
  ...readdirSync(projectRoot).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each([...generatedPages()])('docs/%s is what its table generates', (file, text) => {
  expect(read(`docs/${file}`)).toBe(text);
});

describe.each(pages)('%s', (page) => {
  test('links to files and headings that exist', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      if (!existsSync(join(projectRoot, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

test('the documentation names every parameter it uses as it is', () => {
  const parameters = new Set([...read('docs/parameters.md').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name));
  const used = pages.flatMap((page) => [...read(page).matchAll(/-c (\w+)=/g)].map(([, name]) => `${page}: ${name}`));
  // `-c name=value` is how the form itself is shown.
  expect(used.filter((use) => !['name', 'key', ...parameters].includes(use.split(': ')[1]))).toEqual([]);
});
