import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';

const read = (file: string) => JSON.parse(readFileSync(join(projectRoot, file), 'utf8')) as Record<string, unknown>;

test('every dependency is one exact version', () => {
  const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

test('every locked package has a hash of its content, and none names a source beside the registry', () => {
  const packages = read('package-lock.json')['packages'] as Record<string, Locked>;
  const unproven = Object.entries(packages)
    .filter(([path, { inBundle }]) => path !== '' && inBundle !== true)
    .filter(([, { resolved, integrity = '' }]) => resolved !== undefined || !integrity.startsWith('sha512-'));
  expect(unproven.map(([path]) => path)).toEqual([]);
});

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  /** Inside another package, whose hash covers it. */
  readonly inBundle?: boolean;
}
