import { startDatabase } from '../support/database.ts';
import { hasJava } from '../support/dynamodb-local.ts';
import { DYNAMODB_LOCAL } from '../support/engines.ts';
import type { Bundles } from './bundles.ts';
import { Child } from './child.ts';
import { type Metered, startMeter } from './meter.ts';
import { functionEnvironment, type Stub } from './stub.ts';

/** A mean call of each kind, the second and later ones of a process. */
export interface UnitsResult {
  readonly executed: Metered;
  readonly denied: Metered;
}

const CALLS = 50;

/** From DynamoDB Local through the real bundle. Undefined where there is no Java to run it. */
export async function measureUnits(bundles: Bundles, { fixture }: Stub): Promise<UnitsResult | undefined> {
  if (!hasJava()) return undefined;
  const database = await startDatabase(DYNAMODB_LOCAL);
  const meter = await startMeter(database.endpoint);
  try {
    const measure = async (token: string): Promise<Metered> => {
      const env = functionEnvironment({ ...fixture, token, dynamodb: meter.endpoint }, database);
      const child = await Child.start(bundles.driver.file, [bundles.mcp.file], { env });
      try {
        // The first call creates the user and reads the link, which is remembered.
        await child.ask({ kind: 'calls', calls: 1 });
        meter.take();
        await child.ask({ kind: 'calls', calls: CALLS });
        return perCall(meter.take());
      } finally {
        await child.stop();
      }
    };
    return { executed: await measure(fixture.token), denied: await measure(fixture.tokenWithoutScopes) };
  } finally {
    await meter.stop();
    await database.stop();
  }
}

function perCall({ requests, writeUnits, readUnits }: Metered): Metered {
  return { requests: requests / CALLS, writeUnits: writeUnits / CALLS, readUnits: readUnits / CALLS };
}
