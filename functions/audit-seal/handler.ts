import { createBelatedHours } from '../../shared/audit/log/belated.ts';
import { createSealIndex, type SealIndex } from '../../shared/audit/log/head.ts';
import { compareWindow } from '../../shared/audit/log/late.ts';
import { putManifest } from '../../shared/audit/log/manifest.ts';
import type { NoteSigner } from '../../shared/audit/log/note.ts';
import type { Window } from '../../shared/audit/log/order.ts';
import { readWindow } from '../../shared/audit/log/read-window.ts';
import { runSealer, type SealProgress } from '../../shared/audit/log/seal-run.ts';
import { createSealing } from '../../shared/audit/log/sealer.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { Log } from '../../shared/core/logger.ts';
import { requireTable } from '../ports.ts';

export interface SealEnvironment {
  readonly AUDIT_TABLE?: string;
  readonly SEALS_TABLE?: string;
  /** `gatehouse-audit/<account>/<region>/<stack>` */
  readonly AUDIT_LOG?: string;
}

/** Ed25519. In KMS the key never leaves it. */
export interface LogSigner {
  /** 32 raw bytes. */
  publicKey(): Promise<Buffer>;
  sign(message: Uint8Array): Promise<Buffer>;
}

export interface SealPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly dynamo: Dynamo;
  readonly objects: Objects;
  readonly signer: LogSigner;
}

/** Every minute. Rejects when the log could not be continued: the next minute tries again, and nothing is half done. */
export function createHandler(env: SealEnvironment, ports: SealPorts): () => Promise<void> {
  const { clock, log, dynamo, objects, signer } = ports;
  const table = requireTable('AUDIT_TABLE', env.AUDIT_TABLE);
  const seals = requireTable('SEALS_TABLE', env.SEALS_TABLE);
  const name = requireTable('AUDIT_LOG', env.AUDIT_LOG);
  const progress: SealProgress = { readAgainTo: 0 };
  const open = async (): Promise<{ readonly key: NoteSigner; readonly index: SealIndex }> => {
    const key = { name, publicKey: await signer.publicKey(), sign: signer.sign };
    return { key, index: createSealIndex({ dynamo, table: seals, key }) };
  };
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  const onMalformed = (record: string) => log.error('audit.record_malformed', { record, alarm: true });
  const read = (window: Window) => readWindow({ dynamo, table, onMalformed }, window);
  return async () => {
    try {
      opened ??= await open();
      const { key, index } = opened;
      await runSealer({
        sealing: createSealing({ objects, index, signer: key, clock }),
        last: () => index.last(clock()),
        read,
        compare: (window) => compareWindow({ objects, index, read }, window),
        progress,
        belated: createBelatedHours(dynamo, seals),
        putManifest: (day, last) => putManifest(objects, key, day, last, clock()),
        clock,
        log,
      });
    } catch (error) {
      log.error('audit.seal_failed', { cause: causeOf(error), alarm: true });
      throw error;
    }
  };
}

/** Our own messages name seals and objects, and no record; of others only the class. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.name === 'SealError' ? error.message : error.name;
}
