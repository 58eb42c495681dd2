import { GatewayError } from '../core/errors.ts';

const MAX_DEPTH = 32;
const MAX_MEMBERS = 2000;
const [QUOTE, BACKSLASH, COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [
  0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d,
];

/**
 * JSON text → value. Depth and members are counted before anything is parsed: a small body can otherwise build a
 * structure that is expensive for every schema and log behind it.
 *
 * @throws GatewayError JSON_LIMIT_EXCEEDED over 32 levels or 2000 members, PARSE_ERROR for anything that is not JSON
 */
export function parseBoundedJson(text: string): unknown {
  if (exceedsBounds(text)) throw new GatewayError('JSON_LIMIT_EXCEEDED', { reason: 'json_limit' });
  try {
    return JSON.parse(text);
  } catch {
    throw new GatewayError('PARSE_ERROR', { reason: 'not_json' });
  }
}

function exceedsBounds(text: string): boolean {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === COMMA) members++;
    else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      members++;
      if (++depth > MAX_DEPTH) return true;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth--;
    if (members > MAX_MEMBERS) return true;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) at++;
    else if (unit === QUOTE) return at;
  }
  return text.length;
}
