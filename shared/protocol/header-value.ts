/** `=?base64?…?=` carries UTF-8 that a header cannot; anything else is literal (Streamable HTTP, 2026-07-28). */
const SENTINEL = /^=\?base64\?(.*)\?=$/s;
/** RFC 9110 section 5.5 without obs-text: what two parsers read alike. */
const LITERAL = /^[\x20-\x7e\t]*$/;

/** Without the blanks around it (RFC 9110 section 5.5). `trim` drops more, which others on the way see as part of it. */
export function trimHeader(value: string | undefined): string | undefined {
  return value?.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '');
}

/** The text that a header stands for, or undefined when it cannot be decoded. */
export function decodeHeaderValue(value: string): string | undefined {
  const encoded = SENTINEL.exec(value)?.[1];
  if (encoded === undefined) return LITERAL.test(value) ? value : undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
