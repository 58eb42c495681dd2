import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';
import { pythonWith } from '../support/python.ts';
import { blocksOf } from './page.ts';
import { TABLE_FILE, writeTable } from './table.ts';
import { createVectors } from './vectors.ts';

/**
 * `npm run test:verifiers`: the Python verifier against a new table of vectors and that of the repository, and the
 * example of docs/verify-in-your-backend.md.
 * With `--write` it first writes that of the repository anew.
 */
const HERE = join(projectRoot, 'test', 'verifiers');
const REQUIREMENTS = join(HERE, 'requirements.txt');

const table = await createVectors();
if (process.argv.includes('--write')) writeTable(table);

const version = /^cryptography==(\S+)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1];
const python = pythonWith(`cryptography-${version}`, REQUIREMENTS);
const work = mkdtempSync(join(tmpdir(), 'gatehouse-verifiers-'));
const fresh = join(work, 'vectors.json');
writeFileSync(fresh, JSON.stringify(table));
writeFileSync(join(work, 'app.py'), blocksOf('python').join('\n'));
const { status } = spawnSync(python, [join(HERE, 'python_test.py'), fresh, TABLE_FILE], {
  stdio: 'inherit',
  env: {
    PATH: process.env['PATH'],
    PYTHONPATH: [join(projectRoot, 'verifiers', 'python'), work].join(delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
  },
});
rmSync(work, { recursive: true });
process.exitCode = status ?? 1;
