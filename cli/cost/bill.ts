import { type BillLine, prices, read } from './prices.ts';
import { trailLines } from './trail-bill.ts';

/** What one executed call uses. */
export const units: Omit<typeof import('./units.json'), 'default'> = read('units.json');

export interface Usage {
  /** Executed tool calls in a month. */
  readonly calls: number;
  /** Billed milliseconds of a call. */
  readonly ms: number;
  /** MB. */
  readonly memory: number;
}

export interface Bill {
  readonly usage: Usage;
  readonly lines: readonly BillLine[];
  readonly usd: number;
  readonly prices: { readonly region: string; readonly date: string; readonly source: string };
}

const MILLION = 1_000_000;
const GB = 1_000_000_000;
/** The Lambda price is for 1024 MB. */
const MB_PER_GB = 1024;
const SECONDS_PER_MONTH = 2_628_000;

/** What so many executed calls cost in a month at list prices, with what runs behind them when there are none. Cognito, a custom domain and the calls' backends are extra. */
export function billOf(usage: Usage): Bill {
  const { calls, ms, memory } = usage;
  const gbSeconds = (calls * (ms / 1000) * memory) / MB_PER_GB;
  const perMillion = (count: number, price: number) => (count / MILLION) * price;
  const perGB = (bytes: number, price: number) => ((calls * bytes) / GB) * price;
  const lines: readonly BillLine[] = [
    { part: 'HTTP API', quantity: 'one request a call', usd: perMillion(calls, prices.httpApiPerMillion) },
    { part: 'Lambda requests', quantity: 'one a call', usd: perMillion(calls, prices.lambdaRequestsPerMillion) },
    {
      part: 'Lambda time',
      quantity: `${ms} ms a call at ${memory} MB`,
      usd: gbSeconds * prices.lambdaArmPerGBSecond,
    },
    {
      part: 'DynamoDB writes',
      quantity: `${units.writeUnits} units a call`,
      usd: perMillion(calls * units.writeUnits, prices.dynamodbPerMillionWriteUnits),
    },
    {
      part: 'DynamoDB reads',
      quantity: `${units.readUnits} units a call`,
      usd: perMillion(calls * units.readUnits, prices.dynamodbPerMillionReadUnits),
    },
    {
      part: 'DynamoDB storage',
      quantity: `${units.storedBytes} bytes a call, the first month`,
      usd: perGB(units.storedBytes, prices.dynamodbStoragePerGBMonth),
    },
    {
      part: 'DynamoDB recovery',
      quantity: 'point-in-time recovery of the same',
      usd: perGB(units.storedBytes, prices.dynamodbRecoveryPerGBMonth),
    },
    { part: 'Logs', quantity: `${units.logBytes} bytes a call`, usd: perGB(units.logBytes, prices.logsPerGB) },
    {
      part: 'Egress',
      quantity: `${units.answerBytes} bytes a call`,
      usd: perGB(units.answerBytes, prices.egressPerGB),
    },
    {
      part: 'Traces',
      quantity: 'at most: the first call of each second, and 5 % of the others',
      usd: perMillion(sampled(calls), prices.xrayPerMillionTraces),
    },
    ...trailLines(calls, memory),
  ];
  const { region, date, source } = prices;
  return { usage, lines, usd: lines.reduce((sum, { usd }) => sum + usd, 0), prices: { region, date, source } };
}

/** The calls that Lambda traces, if they are spread over the month as evenly as can be; in bursts they are fewer. */
function sampled(calls: number): number {
  const first = Math.min(calls, SECONDS_PER_MONTH);
  return first + 0.05 * (calls - first);
}
