import { readFileSync } from 'node:fs';

export interface BillLine {
  readonly part: string;
  /** How it was counted, in words. */
  readonly quantity: string;
  /** USD a month. */
  readonly usd: number;
}

/** List prices with their source and date. */
export const prices: Omit<typeof import('./prices.json'), 'default'> = read('prices.json');

export function read<Data>(file: string): Data {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}
