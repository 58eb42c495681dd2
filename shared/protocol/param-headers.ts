import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import { decodeHeaderValue, trimHeader } from './header-value.ts';

/** An argument that the client repeats in the header `Mcp-Param-<name>` (MCP 2026-07-28, `x-mcp-header`). */
export interface ParamHeader {
  /** Lower case, with its prefix: `mcp-param-region`. */
  readonly header: string;
  /** From the root of the arguments. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean';
}

/**
 * Compares the arguments that a tool wants repeated in `Mcp-Param-*` headers with those headers. An intermediary may
 * decide by the header, so one that differs from the body would be a way around it. Unrecognized ones are ignored.
 *
 * @throws GatewayError HEADER_MISMATCH
 */
export function checkParamHeaders(
  wanted: readonly ParamHeader[],
  args: JsonObject,
  headers: Readonly<Record<string, string | undefined>>,
): void {
  for (const { header, path, type } of wanted) {
    const value = valueAt(args, path);
    // An argument that is absent or null has no header to expect.
    if (value === undefined || value === null) continue;
    const sent = trimHeader(headers[header]);
    if (sent === undefined) throw mismatch('param_header_missing');
    const decoded = decodeHeaderValue(sent);
    if (decoded === undefined || !isSame(decoded, value, type)) throw mismatch('param_header_differs');
  }
}

function valueAt(args: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) ? own(value, name) : undefined), args);
}

function isSame(sent: string, value: unknown, type: ParamHeader['type']): boolean {
  // Numerically: 42.0 is 42 (Streamable HTTP, server validation).
  if (type === 'integer') return /^-?\d{1,16}(\.0{1,16})?$/.test(sent) && Number(sent) === value;
  // Compared before the schema is: an object of the client's has no text, or one of its choice.
  return typeof value === type && sent === String(value);
}

function mismatch(reason: string): GatewayError {
  return new GatewayError('HEADER_MISMATCH', {
    reason,
    hint: 'An Mcp-Param header must be present and equal to its argument.',
  });
}
