import { percentEncode } from './percent-encode.ts';

type QueryValue = string | number | boolean;

/**
 * `?a=b&c=d`, or nothing. A list is its name once a value; undefined is left out. Everything that has a meaning in a URL is
 * encoded, so that a value cannot add a parameter.
 *
 * @throws Error for a number that is none, or for half of a surrogate pair, which has no UTF-8
 */
export function buildQuery(values: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) => {
    const list =
      value === undefined ? [] : Array.isArray(value) ? (value as readonly QueryValue[]) : [value as QueryValue];
    return list.map((one) => `${encode(name)}=${encode(one)}`);
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encode(value: QueryValue): string {
  const text = String(value);
  if ((typeof value === 'number' && !Number.isFinite(value)) || !text.isWellFormed()) {
    throw new Error('a value cannot be part of a query');
  }
  return percentEncode(text);
}
