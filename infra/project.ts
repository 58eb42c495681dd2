import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..');

const manifest: { readonly name: string; readonly version: string } = JSON.parse(
  readFileSync(join(projectRoot, 'package.json'), 'utf8'),
);

export const { name: projectName, version: projectVersion } = manifest;
