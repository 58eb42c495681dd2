import { type ArchivePlace, type FailureRow, NOTHING, type WireFault } from './row.ts';

const BEFORE: readonly WireFault[] = [
  'refused',
  'throttled',
  'server error',
  'access denied',
  'connection lost',
  'hang',
];

/** What fails, and what of it is in the log; the run behind the calls rejects and comes again. */
interface Consequence {
  readonly at: ArchivePlace;
  readonly dependency: string;
  readonly logged: string;
  readonly client: string;
}

const CONSEQUENCES: readonly Consequence[] = [
  {
    at: 'records',
    dependency: 'S3, archive: objects of records',
    logged: 'audit.archive_failed',
    client: `${NOTHING}: the stream brings the batch again, for 24 hours; each record is archived once`,
  },
  {
    at: 'seals',
    dependency: 'S3, archive: claims, tiles and seals',
    logged: 'audit.seal_failed',
    client: `${NOTHING}: the sealer runs every minute; each record is sealed once`,
  },
  {
    at: 'signature',
    dependency: 'KMS: signature of the log',
    logged: 'audit.seal_failed',
    client: `${NOTHING}: the sealer runs every minute; each record is sealed once`,
  },
];

function rowsOf({ at, dependency, logged, client }: Consequence): readonly FailureRow[] {
  const row = (fault: WireFault, failure: string, times?: number): FailureRow => ({
    dependency,
    failure,
    inject: { kind: 'archive', at, fault, ...(times === undefined ? {} : { times }) },
    mode: 'open',
    status: undefined,
    boundMs: 0,
    executed: true,
    recorded: ['ok'],
    logged: times === undefined ? [logged] : [],
    client,
  });
  return [
    ...BEFORE.map((fault) => row(fault, fault)),
    row('reply lost', 'reply lost after commit, each time'),
    // Its own object is found there by the second attempt.
    row('reply lost', 'reply lost after commit, once', 1),
    row('throttled', 'throttled once', 1),
  ];
}

/** What of the archive and of the log fails behind the calls: none of them notices. */
export const ARCHIVE_ROWS: readonly FailureRow[] = CONSEQUENCES.flatMap(rowsOf);
