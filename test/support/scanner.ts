export interface Sink {
  readonly name: string;
  readonly text: string;
}

/** Secrets found in sinks, in clear or in the usual encodings, as `sink: secret`. */
export function scanFor(secrets: readonly string[], sinks: readonly Sink[]): readonly string[] {
  return sinks.flatMap(({ name, text }) =>
    secrets
      .filter((secret) => formsOf(secret).some((form) => text.includes(form)))
      .map((secret) => `${name}: ${secret}`),
  );
}

/** Base64 depends on where the secret starts: all three alignments, without the characters that neighbours change. */
function formsOf(secret: string): readonly string[] {
  const aligned = [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    const from = shift === 0 ? 0 : 4;
    const to = Math.floor(bytes.length / 3) * 4;
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...aligned];
}
