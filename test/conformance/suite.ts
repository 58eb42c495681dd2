import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node24, npmTool } from '../support/toolbox.ts';
import type { Check, ScenarioResult } from './baseline.ts';

const PACKAGE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface SuiteRun {
  readonly url: string;
  readonly requirements: string;
}

/**
 * Runs every server scenario of a requirement set, the unscored ones too.
 *
 * @throws Error when the suite did not get to its summary
 */
export async function runSuite({ url, requirements }: SuiteRun): Promise<readonly ScenarioResult[]> {
  const suite = join(npmTool('conformance', PACKAGE), 'node_modules', '@modelcontextprotocol', 'conformance');
  const out = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
  try {
    const args = [join(suite, 'dist', 'index.js'), 'server', '--url', url, '--requirements', requirements, '-o', out];
    return readResults(await output(join(node24(), 'node'), args), out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The suite exits with 1 when a scenario fails; whether that is expected is decided by the baseline. */
function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, [...args], { maxBuffer: MAX_OUTPUT_BYTES }, (_error, stdout, stderr) =>
      resolve(`${stdout}\n${stderr}`),
    );
  });
}

/** The summary says which scenarios ran; the files say what each check found. */
function readResults(text: string, out: string): readonly ScenarioResult[] {
  const directories = readdirSync(out);
  const summary = text.slice(text.indexOf('=== SUMMARY ==='));
  const names = [...summary.matchAll(/^[✓✗] ([\w/-]+): \d+ passed, \d+ failed$/gm)].map(([, name]) => name ?? '');
  if (names.length === 0) throw new Error(`The conformance suite gave no summary:\n${text.slice(-2000)}`);
  return names.map((scenario) => {
    const directory = directories.find((name) => name.startsWith(`server-${scenario}-2`)) ?? '';
    const file = join(out, directory, 'checks.json');
    const crashed: Check = { id: 'crashed', status: 'FAILURE', errorMessage: crashIn(text, scenario) };
    const found = directory !== '' && existsSync(file);
    return { scenario, checks: found ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Check[]) : [crashed] };
  });
}

function crashIn(text: string, scenario: string): string {
  const start = text.indexOf(`Failed to run scenario ${scenario}`);
  return start < 0 ? 'the suite wrote no checks' : text.slice(start, start + 300);
}
