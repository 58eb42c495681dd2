import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';
import type { VectorTable } from './vectors.ts';

export const TABLE_FILE = join(projectRoot, 'verifiers', 'vectors.json');

/** The table for those who write a verifier of their own. */
export function readTable(): VectorTable {
  return JSON.parse(readFileSync(TABLE_FILE, 'utf8')) as VectorTable;
}

export function writeTable(table: VectorTable): void {
  writeFileSync(TABLE_FILE, `${JSON.stringify(table, null, 2)}\n`);
}

/** Without what differs from one signature to the next. */
export function comparable({ vectors, ...table }: VectorTable): unknown {
  const steps = vectors.map(({ name, steps }) => ({
    name,
    steps: steps.map(({ assertion, ...step }) => ({ ...step, parts: assertion.split('.').slice(0, 2).map(read) })),
  }));
  return { ...table, steps };
}

function read(part: string): unknown {
  const text = Buffer.from(part, 'base64url').toString();
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && 'jti' in value ? { ...value, jti: typeof value.jti } : value;
  } catch {
    return text;
  }
}
