import { type BillLine, prices, read } from './prices.ts';

/** What sweeper, sealer and archive use: by day, whether there are calls or not, and by call. */
export const trailUnits: Omit<typeof import('./trail-units.json'), 'default'> = read('trail-units.json');

const DAYS = 365 / 12;
const MINUTES = DAYS * 24 * 60;
const GB = 1_000_000_000;

/** The parts of the audit trail that run behind the calls. Lambda reads the stream of a table without a charge. */
export function trailLines(calls: number, memory: number): readonly BillLine[] {
  const { perDay, perCall, tileLevels, sweepMs, sealMs, archiveMs } = trailUnits;
  const batches = archiveBatches(calls);
  const seconds = (MINUTES * (sweepMs + sealMs) + batches * archiveMs) / 1000;
  const reads =
    DAYS * (perDay.sweepReadUnits + perDay.sealReadUnits) + calls * (perCall.sweepReadUnits + perCall.sealReadUnits);
  // Each minute the open tiles are put again, found to be there, and compared; at its start a run has read them.
  const puts = DAYS * perDay.puts + MINUTES * tileLevels + batches;
  const gets = DAYS * perDay.gets + MINUTES * tileLevels * 2;
  const bytes = DAYS * perDay.archiveBytes + calls * perCall.archiveBytes;
  return [
    {
      part: 'Trail functions',
      quantity: `sweeper and sealer each minute, archive at most each ${trailUnits.batchSeconds} s and shard; times estimated`,
      usd:
        ((MINUTES * 2 + batches) * prices.lambdaRequestsPerMillion) / 1e6 +
        ((seconds * memory) / 1024) * prices.lambdaArmPerGBSecond,
    },
    {
      part: 'Trail reads and seals',
      quantity: 'of sweeper and sealer; one row of a seal a minute',
      usd:
        (reads * prices.dynamodbPerMillionReadUnits +
          DAYS * perDay.sealWriteUnits * prices.dynamodbPerMillionWriteUnits) /
        1e6,
    },
    {
      part: 'Trail signatures',
      quantity: 'one a minute, and the key in KMS',
      usd: prices.kmsKeyMonth + (DAYS * perDay.signatures * prices.kmsPer10000Signatures) / 10_000,
    },
    {
      part: 'Trail requests to S3',
      quantity: 'claim, seal and open tiles each minute, objects of records',
      usd: (puts * prices.s3Per1000Puts + gets * prices.s3Per1000Gets) / 1000,
    },
    {
      part: 'Archive storage',
      quantity: `${perCall.archiveBytes} bytes a call, the first month`,
      usd: (bytes / GB) * prices.s3StoragePerGBMonth,
    },
  ];
}

/** Lambda waits for a full batch this long, at each shard of the stream: never more often, and not without a record. */
function archiveBatches(calls: number): number {
  const { streamShards, batchSeconds, recordsPerCall } = trailUnits;
  return Math.min(calls * recordsPerCall, (MINUTES * 60 * streamShards) / batchSeconds);
}
