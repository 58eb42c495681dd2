import type { Bundle } from './bundles.ts';
import type { ColdResult } from './measure-cold.ts';
import type { CpuResult } from './measure-cpu.ts';
import type { ThroughputResult } from './measure-throughput.ts';
import type { SealingResult } from './sides/sealing.ts';
import type { UnitsResult } from './measure-units.ts';

/** One run. Single times say little about another machine; ratios within the run do. */
export interface BenchResult {
  readonly at: string;
  readonly node: string;
  readonly processor: string;
  readonly cpu: CpuResult;
  readonly throughput: readonly ThroughputResult[];
  readonly sealing: SealingResult;
  readonly cold: readonly ColdResult[];
  readonly bundles: readonly (Pick<Bundle, 'bytes' | 'inputs'> & { readonly name: string })[];
  /** Undefined without Java. */
  readonly units: UnitsResult | undefined;
}
