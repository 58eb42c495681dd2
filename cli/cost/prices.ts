import { readFileSync } from 'node:fs';

/** List prices with their source and date. */
export const prices: Omit<typeof import('./prices.json'), 'default'> = read('prices.json');

export function read<Data>(file: string): Data {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}
