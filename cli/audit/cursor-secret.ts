import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';

const FILE = join('.gatehouse', 'audit-cursor.key');
const BYTES = 32;

/** Signs the cursors that this command gives out, on this machine and in this folder. Made when it is needed first. */
export function cursorSecret(): Uint8Array {
  try {
    mkdirSync('.gatehouse', { recursive: true });
    writeFileSync(FILE, randomBytes(BYTES), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const secret = readFileSync(FILE);
  if (secret.length !== BYTES) throw new Failure(`${FILE} is no key. Delete it, and ask again without --cursor.`);
  return secret;
}
