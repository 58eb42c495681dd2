import type { Preset, Support } from '../shared/idp/preset.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { REFUSED } from '../shared/idp/refused.ts';
import { markdownTable, pageWithBlocks } from './generated-block.ts';
import { directInWords, metadataInWords } from './preset-modes.ts';

/** The guide with its tables made anew; the rest of it is written by hand. */
export function swapPage(): string {
  return pageWithBlocks('swap-the-idp.md', { modes: modesTable(), abilities: abilitiesTable(), claims: claimsTable() });
}

const ROWS = Object.entries(PRESETS);

function modesTable(): string {
  const refused = [...REFUSED].map(
    ([name, { why }]) => `[\`${name}\`](idp/${name}.md) ${why}. Synthesis stops with this sentence.`,
  );
  const rows = ROWS.map(([name, preset]) => [
    `[\`${name}\`](idp/${name}.md)`,
    preset.title,
    preset.defaultAuthorizationServer,
    directInWords(preset),
    metadataInWords(preset),
  ]);
  return [markdownTable(['preset', 'provider', 'default', '`direct`', '`metadata`'], rows), ...refused].join('\n\n');
}

const ABILITY: Readonly<Record<Support, string>> = {
  yes: 'yes',
  setting: 'when turned on',
  preview: 'preview',
  no: 'no',
  unknown: '?',
};

function abilitiesTable(): string {
  const head = [
    'preset',
    '`resource` (RFC 8707)',
    'open registration',
    'CIMD',
    'RFC 8414',
    'S256 announced',
    '`iss` in answers',
  ];
  const rows = ROWS.map(([name, { can }]) => {
    const { resource, dynamicRegistration, clientDocuments, serverMetadata, s256, responseIssuer } = can;
    const known = [resource, dynamicRegistration, clientDocuments, serverMetadata, s256, responseIssuer];
    return [`\`${name}\``, ...known.map((support) => ABILITY[support])];
  });
  return markdownTable(head, rows);
}

const SCOPE_NAMES: Readonly<Record<Preset['scopesOnWire'], string>> = {
  prefixed: '`scopePrefix` and ours, in requests and tokens',
  'asked-with-prefix': '`scopePrefix` and ours in requests, ours in tokens',
  plain: 'ours',
};

function claimsTable(): string {
  const head = ['preset', 'algorithms', '`typ`', 'scopes', 'roles', 'user id', 'client', '`aud`', 'scope names'];
  return markdownTable(
    head,
    ROWS.map(([name, preset]) => claims(name, preset)),
  );
}

function claims(name: string, preset: Preset): readonly string[] {
  const types = preset.types.map((type) => (type === '' ? 'none' : type));
  return [
    `\`${name}\``,
    preset.algorithms.join(', '),
    types.join(', '),
    code(preset.scopeClaims),
    code(preset.roleClaims),
    code(preset.subjectClaims, ' + '),
    code(preset.clientIdClaims),
    preset.otherAudience?.what ?? 'the MCP URL',
    SCOPE_NAMES[preset.scopesOnWire],
  ];
}

function code(names: readonly string[], joint = ', '): string {
  return names.map((name) => `\`${name}\``).join(joint);
}
