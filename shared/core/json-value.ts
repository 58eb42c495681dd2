/** For parameters with parts: JSON text from the command line, a value in cdk.json. Other text stays as it is, and fits no object. */
export function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
