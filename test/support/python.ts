import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fetchOnce, run } from './toolbox.ts';

const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

/** The Python of a virtual environment with exactly the packages of this file. A new file needs a new name. */
export function pythonWith(name: string, requirements: string): string {
  const home = fetchOnce(name, (directory) => {
    run(findPython(), ['-m', 'venv', directory]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    run(join(directory, 'bin', 'python'), [...pip, '--requirement', requirements]);
  });
  return join(home, 'bin', 'python');
}

function findPython(): string {
  const found = PYTHONS.find((python) => {
    try {
      execFileSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('Python 3.11 or newer is needed, as python3.');
  return found;
}
