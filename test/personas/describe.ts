import { redirectsOf } from './gateways/providers.ts';
import type { Fact, Persona } from './persona.ts';

export interface Aspect {
  readonly name: string;
  readonly words: string;
  readonly fact: Fact<unknown>;
}

/** The facts of a persona in words, made from what the driver is given: they cannot say something else than it does. */
export function describePersona(persona: Persona): readonly Aspect[] {
  const { discovery, issuer, pkce, iss, registration, scopes, resource, refusal, refreshScope, protocol } = persona;
  return [
    { name: 'Looks for metadata', words: discoveryWords(persona), fact: discovery },
    { name: 'Issuer in the metadata', words: issuer.value === 'exact' ? 'must be equal' : issuer.value, fact: issuer },
    { name: 'PKCE with S256', words: PKCE[pkce.value], fact: pkce },
    { name: '`iss` in the answer (RFC 9207)', words: iss.value, fact: iss },
    { name: 'Comes to a client id by', words: registrationWords(persona), fact: registration },
    { name: 'Redirect URI', words: redirectsOf(persona).map(code).join(' or '), fact: registration },
    { name: 'Asks for scopes of', words: scopeWords(persona), fact: scopes },
    {
      name: '`resource` (RFC 8707)',
      words: `on ${resource.value.on.join(', ')}; ${resource.value.value}`,
      fact: resource,
    },
    { name: 'When a scope is missing', words: stepUpWords(persona), fact: refusal },
    { name: 'Scope on refresh', words: refreshScope.value ? 'sent' : 'not sent', fact: refreshScope },
    { name: 'Speaks MCP', words: protocolWords(persona), fact: protocol },
  ];
}

const PKCE = {
  required: 'required in the metadata',
  'if listed': 'refuses a list without it, not a missing list',
  'not looked at': 'not looked at',
} as const;

const code = (text: string) => `\`${text}\``;

function discoveryWords({ discovery: { value } }: Persona): string {
  const places = value.resourceMetadata.map((place) =>
    place === 'challenge' ? 'the challenge' : `the well-known ${place}`,
  );
  const start = value.first === 'GET' ? 'with a GET first; ' : '';
  const without = value.withoutIt === 'refuse' ? 'stops without it' : 'without it at the same host';
  return `${start}${places.join(', ')}; \`resource\` must be ${value.resourceMustBe}; ${without}`;
}

function registrationWords({ registration: { value } }: Persona): string {
  const typed = value.typed ? ['a client id that was typed in'] : [];
  const { document } = value.identity;
  const ways = value.order.map((way) => {
    if (way === 'dynamic') return 'dynamic registration';
    return `its document ${code(document ?? '')}${value.documentNeedsNone ? ' where `none` is offered' : ''}`;
  });
  return [...typed, ...ways].join(', then ');
}

function scopeWords({ scopes: { value } }: Persona): string {
  const adds = value.adds.length === 0 ? '' : `; adds ${value.adds.map(code).join(', ')} where listed`;
  const retry =
    value.retry === undefined ? '' : `; after \`invalid_scope\` once more by the ${value.retry.join(', then the ')}`;
  return `the ${value.from.join(', then the ')}${adds}${retry}`;
}

function stepUpWords({ refusal: { value } }: Persona): string {
  const from = value.reads === 'status' ? 'a 403' : 'a tool result with `mcp/www_authenticate`';
  if (value.stepUp === 'by hand') return 'nothing by itself';
  const what = value.stepUp === 'union' ? 'what it has and what is challenged' : 'exactly what is challenged';
  return `after ${from} it asks for ${what}`;
}

function protocolWords({ protocol: { value } }: Persona): string {
  const origin = value.origin === undefined ? 'no `Origin`' : `\`Origin: ${value.origin}\``;
  const meta = value.meta === undefined ? '' : `, ${Object.keys(value.meta).map(code).join(', ')} in \`_meta\``;
  return `${value.revision}, ${origin}${meta}`;
}
