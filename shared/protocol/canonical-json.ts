/**
 * RFC 8785: one text for one value, whatever the order of its members. Expects parsed JSON without lone surrogates and
 * unsafe integers, which the door refuses (json-text.ts), so that two different values never share a text.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // The default order of sort() is that of UTF-16 code units, as section 3.2.3 wants it.
  const names = Object.keys(value).sort();
  const members = value as Readonly<Record<string, unknown>>;
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`).join(',')}}`;
}
