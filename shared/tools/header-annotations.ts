import type { JsonObject } from '../core/json-object.ts';
import type { ParamHeader } from '../protocol/param-headers.ts';

const ANNOTATION = 'x-mcp-header';
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/**
 * The annotations of an input schema. Clients drop a whole tool for a wrong one, so a wrong one stops the start.
 *
 * @throws Error for an annotation outside `properties`, of another type, no token, or used twice
 */
export function readParamHeaders(tool: string, schema: JsonObject): readonly ParamHeader[] {
  const found = collect(tool, schema, []);
  const everywhere = JSON.stringify(schema).split(`"${ANNOTATION}":`).length - 1;
  if (everywhere !== found.length) throw new Error(`${tool}: ${ANNOTATION} belongs on a member of \`properties\``);
  if (new Set(found.map(({ header }) => header)).size !== found.length) {
    throw new Error(`${tool}: two properties have the same ${ANNOTATION}`);
  }
  return found;
}

function collect(tool: string, schema: JsonObject, path: readonly string[]): readonly ParamHeader[] {
  const properties = schema['properties'];
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties as Readonly<Record<string, JsonObject>>).flatMap(([name, property]) => {
    const own = [...path, name];
    const header = property[ANNOTATION];
    const nested = collect(tool, property, own);
    return header === undefined ? nested : [toParamHeader(tool, header, property['type'], own), ...nested];
  });
}

function toParamHeader(tool: string, header: unknown, type: unknown, path: readonly string[]): ParamHeader {
  if (typeof header !== 'string' || !TOKEN.test(header)) throw new Error(`${tool}: ${ANNOTATION} must be a token`);
  if (!TYPES.has(type)) throw new Error(`${tool}: ${ANNOTATION} is for strings, integers and booleans`);
  return { header: `mcp-param-${header.toLowerCase()}`, path, type: type as ParamHeader['type'] };
}
