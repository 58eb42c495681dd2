import type { ColumnId, WayId } from './gateways/columns.ts';
import type { ReasonId } from './reasons.ts';

export interface ExpectedCell {
  /** The way that works; undefined when none does. */
  readonly way: WayId | undefined;
  /** How the ways before it end. */
  readonly before: readonly string[];
  /** At least one for everything but "works". */
  readonly why: readonly ReasonId[];
}

export interface ExpectedRow {
  /** Notes of the client itself, the same in every column where it works. */
  readonly notes: readonly string[];
  readonly cells: Readonly<Record<ColumnId, ExpectedCell>>;
}

const works: ExpectedCell = { way: 'url', before: [], why: [] };

const cell = (way: WayId, before: readonly string[], ...why: readonly ReasonId[]): ExpectedCell => ({
  way,
  before,
  why,
});

const NO_WAY = 'url: registration no_way';
const byHand = (...more: readonly ReasonId[]) => cell('client id', [NO_WAY], 'byHand', ...more);
const fixedPort = cell('client id and port', [NO_WAY, 'client id: authorization page'], 'byHand', 'exactPort');
const NO_S256 = 'server metadata no_s256';
const noS256 = (...ways: readonly WayId[]): ExpectedCell => ({
  way: undefined,
  before: ways.map((way) => `${way}: ${NO_S256}`),
  why: ['noS256'],
});
const refuses = noS256('url', 'client id');
const noDocument = cell('client id', [NO_WAY], 'noDocument');
const registers = cell('registration', [NO_WAY], 'registration');

/** A client with a document that the relay has built in. */
const documented: ExpectedRow['cells'] = {
  'direct-open': works,
  'direct-documents': works,
  'direct-closed': byHand(),
  'direct-bare': byHand(),
  metadata: byHand(),
  relay: works,
};

const undocumented: ExpectedRow['cells'] = {
  ...documented,
  'direct-documents': noDocument,
  relay: registers,
};

/** What `npm run personas` has to find. A change here is a change of docs/clients.md. */
export const EXPECTED: ReadonlyMap<string, ExpectedRow> = new Map<string, ExpectedRow>([
  ['chatgpt', { notes: [], cells: { ...documented, 'direct-bare': refuses, metadata: byHand('formFirst') } }],
  [
    'chatgpt-per-connector',
    {
      notes: [],
      cells: {
        ...documented,
        'direct-closed': byHand('formFirst'),
        'direct-bare': refuses,
        metadata: byHand('formFirst'),
        relay: cell('relay client', ['url: authorization page', 'registration: authorization page'], 'ownClient'),
      },
    },
  ],
  ['claude', { notes: [], cells: { ...documented, 'direct-bare': refuses } }],
  [
    'claude-code',
    {
      notes: ['steps up by hand'],
      cells: {
        ...documented,
        'direct-documents': cell('client id', ['url: authorization page'], 'documentPort'),
        'direct-bare': noS256('url', 'client id', 'client id and port'),
        metadata: fixedPort,
      },
    },
  ],
  ['codex', { notes: ['steps up by hand'], cells: { ...documented, 'direct-bare': fixedPort, metadata: fixedPort } }],
  ['vscode', { notes: ['sends a disabled user to sign in twice'], cells: documented }],
  [
    'cursor',
    {
      notes: ['steps up by hand'],
      cells: {
        ...undocumented,
        'direct-open': cell('client id', ['url: registration invalid_redirect_uri'], 'privateScheme'),
      },
    },
  ],
  ['inspector', { notes: [], cells: undocumented }],
  ['sdk-v2', { notes: [], cells: undocumented }],
  ['sdk-v1', { notes: ['steps up by hand'], cells: undocumented }],
]);
