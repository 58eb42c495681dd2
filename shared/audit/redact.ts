/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Parts of names, lower case and without separators. */
const NAMES =
  /passw|passwd|passphrase|secret|token|apikey|accesskey|privatekey|signingkey|credential|authorization|bearer|cookie|sessionid|connectionstring|cardnumber|creditcard|securitycode/;
/** Whole names: their letters are in harmless ones too. */
const SHORT_NAMES: ReadonlySet<string> = new Set(
  'pwd pw pin otp totp mfa auth key jwt cvv cvc pan ssn iban session sid sig signature code2fa'.split(' '),
);

/** Forms of secrets wherever they stand in a text. Each is linear, and texts are bounded by the 8 KB that are sealed. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  // JWS and JWE: a header that is a JSON object in base64url.
  /\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}/g,
  /\b(?:Bearer|Basic|Digest|Negotiate)\s+[A-Za-z0-9._~+/=-]{6,}/gi,
  // Prefixes that makers of keys chose so that they can be found: AWS, GitHub, GitLab, Slack, Google, Stripe, npm, OpenAI.
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-|AIza|ya29\.|[sr]k_(?:live|test)_|whsec_|npm_|sk-|pypi-|dop_v1_|hf_)[A-Za-z0-9_-]{10,}/g,
  // user:password@host
  /(?<=:\/\/)[^\s/@:]{1,256}:[^\s/@]{1,256}(?=@)/g,
  // name=value and "name":"value" inside of a text: queries, connection strings, JSON in a string.
  /(?<=(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|signature|sig)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"'&;,}]+/gi,
  // Long random texts: 32 and more of hex, or of base64 with all of A-Z, a-z and 0-9.
  /\b[0-9a-f]{32,}\b/gi,
  /(?=[A-Za-z0-9+/_-]{0,512}[0-9])(?=[A-Za-z0-9+/_-]{0,512}[a-z])(?=[A-Za-z0-9+/_-]{0,512}[A-Z])\b[A-Za-z0-9+/_-]{32,}={0,2}/g,
];
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;

/** A copy without what is named like a secret or looks like one. One walk: each name, text and number is looked at once. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number') return isCard(String(value)) ? REDACTED : value;
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [
    redactText(name),
    isSecretName(name) ? REDACTED : redact(member),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function redactText(text: string): string {
  let left = text;
  for (const shape of SHAPES) left = left.replace(shape, REDACTED);
  return left.replace(CARD, (found) => (isCard(found) ? REDACTED : found));
}

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return NAMES.test(plain) || SHORT_NAMES.has(plain);
}

/** 13 to 19 digits with a good check digit (ISO/IEC 7812-1 annex B). */
function isCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits.at(-1 - at));
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
