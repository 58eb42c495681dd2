import { generateKeyPairSync, sign } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createHandler as createArchive } from '../../functions/audit-archive/handler.ts';
import { createHandler as createSeal } from '../../functions/audit-seal/handler.ts';
import { createHandler as createSweep } from '../../functions/audit-sweep/handler.ts';
import { formatVkey } from '../../shared/audit/log/note.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import { createFolderObjects } from '../../shared/aws/objects-folder.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { Log } from '../../shared/core/logger.ts';
import { createStreamStandIn } from './stream-stand-in.ts';
import type { Plan } from './template.ts';

export interface DevTrail {
  /** A stand-in for the bucket of the archive: a folder, made anew with each start. */
  readonly archive: string;
  /** The key is drawn at start and ends with the process. */
  readonly auditKey: string;
  /** Runs everything once that the schedules run, in the order in which it is due. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

export interface DevTrailOptions {
  readonly plan: Plan;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly dynamo: Dynamo;
  /** Calls again and again until it is told to stop; time in tests is theirs. */
  readonly every?: (ms: number, run: () => void) => () => void;
}

/** The functions that keep the trail, on the schedules of the template. The sweeper before the sealer, as they are due. */
export async function createDevTrail({
  plan,
  port,
  clock,
  log,
  dynamo,
  ...options
}: DevTrailOptions): Promise<DevTrail> {
  const archive = resolve(join('.gatehouse', `archive-${port}`));
  rmSync(archive, { recursive: true, force: true });
  const objects = createFolderObjects(archive);
  const signer = createLocalSigner();
  // What happens every minute is no news on a terminal; what is wrong is.
  const quiet: Log = { ...log, info: () => undefined };
  const find = (name: string) => plan.functions.find((one) => one.name === name)?.environment ?? {};
  const sealEnvironment = find('audit-seal');
  const ports = { clock, log: quiet, dynamo };
  const stream = createStreamStandIn({
    dynamo,
    table: find('audit-sweep')['AUDIT_TABLE'] ?? '',
    clock,
    deliver: createArchive(find('audit-archive'), { ...ports, objects }),
  });
  const seal = createSeal(sealEnvironment, { ...ports, objects, signer });
  const jobs = [createSweep(find('audit-sweep'), ports), stream, seal];
  let running: Promise<void> = Promise.resolve();
  const tick = (): Promise<void> => {
    running = running.then(async () => {
      // Each says by itself what went wrong, and goes on with the next tick.
      for (const job of jobs) await job().catch(() => undefined);
    });
    return running;
  };
  const everyMs = Math.min(...plan.schedules.map((one) => one.everyMs));
  const end = (options.every ?? everyInterval)(everyMs, () => void tick());
  return {
    archive,
    auditKey: formatVkey(sealEnvironment['AUDIT_LOG'] ?? '', await signer.publicKey()),
    tick,
    stop: async () => {
      end();
      await running;
    },
  };
}

function everyInterval(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** In the place of KMS. */
function createLocalSigner() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  return { publicKey: async () => raw, sign: async (message: Uint8Array) => sign(null, message, privateKey) };
}
