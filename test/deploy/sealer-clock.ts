import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './environment.ts';

/** A minute is sealed 90 seconds after it ended: for the deployed sealer alone it can be later than it is. */
export interface SealerClock {
  /** For every function; those that are not the sealer do nothing with it. */
  readonly environment: Environment;
  setAhead(ms: number): void;
}

export function createSealerClock(work: string): SealerClock {
  const [program, file] = [join(work, 'sealer-clock.cjs'), join(work, 'sealer-ahead')];
  const setAhead = (ms: number) => writeFileSync(file, String(ms));
  setAhead(0);
  writeFileSync(
    program,
    `if (/AuditSeal/.test(process.env.AWS_LAMBDA_FUNCTION_NAME ?? '')) {
  const { readFileSync } = require('node:fs');
  const now = Date.now.bind(Date);
  Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
}
`,
  );
  return { environment: { NODE_OPTIONS: `--require=${program}` }, setAhead };
}
