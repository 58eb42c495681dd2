import type { AuditRecord } from '../../shared/audit/record.ts';
import type { FindingCode, Where } from '../../shared/audit/verify/findings.ts';
import type { VerifyOptions } from '../../shared/audit/verify/options.ts';
import type { LocalSigner } from '../support/sealing.ts';
import type { Archive } from './archive.ts';
import type { Pick } from './edit.ts';

export interface Scene {
  /** A copy: change it. */
  readonly archive: Archive;
  readonly pick: Pick;
  readonly signer: LocalSigner;
}

export interface Mutation {
  /** A sentence. */
  readonly name: string;
  readonly found: FindingCode;
  /** Changes the archive; gives what the finding must name. */
  readonly apply: (scene: Scene) => Where | Promise<Where>;
  /** What the auditor knows or asks. */
  readonly options?: (scene: Scene) => Partial<VerifyOptions>;
  /** What the gateway wrote, before it was honestly sealed. */
  readonly written?: (
    records: readonly AuditRecord[],
    pick: Pick,
  ) => { readonly records: readonly AuditRecord[]; readonly named: Where };
}
