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
const noDocument = cell('client id', [NO_WAY], 'noDocument');
const registers = cell('registration', [NO_WAY], 'registration');

/** A client with a document that the relay has built in. */
const documented: ExpectedRow['cells'] = {
  'direct-open': works,
  'direct-documents': works,
  'direct-closed': byHand(),
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
  ['chatgpt', { notes: [], cells: { ...documented, metadata: byHand('formFirst') } }],
  [
    'chatgpt-per-connector',
    {
      notes: [],
      cells: {
        ...documented,
        'direct-closed': byHand('formFirst'),
        metadata: byHand('formFirst'),
        relay: cell('relay client', ['url: authorization page', 'registration: authorization page'], 'ownClient'),
      },
    },
  ],
  ['claude', { notes: [], cells: documented }],
  [
    'claude-code',
    {
      notes: ['steps up by hand'],
      cells: {
        ...documented,
        'direct-documents': cell('client id', ['url: authorization page'], 'documentPort'),
        metadata: fixedPort,
      },
    },
  ],
  ['codex', { notes: ['steps up by hand'], cells: { ...documented, metadata: fixedPort } }],
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
