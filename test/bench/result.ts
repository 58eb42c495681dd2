import type { Bundle } from './bundles.ts';
import type { BackendsResult } from './measure-backends.ts';
import type { ColdResult } from './measure-cold.ts';
import type { CpuResult } from './measure-cpu.ts';
import type { ThroughputResult } from './measure-throughput.ts';
import type { TrailResult } from './measure-trail.ts';
import type { UnitsResult } from './measure-units.ts';
import type { SealingResult } from './sides/sealing.ts';

/** One run. Single times say little about another machine; ratios within the run do. */
export interface BenchResult {
  readonly at: string;
  readonly node: string;
  readonly processor: string;
  readonly cpu: CpuResult;
  readonly throughput: readonly ThroughputResult[];
  readonly sealing: SealingResult;
  readonly backends: BackendsResult;
  readonly trail: TrailResult;
  readonly cold: readonly ColdResult[];
  readonly bundles: readonly (Pick<Bundle, 'bytes' | 'inputs'> & { readonly name: string })[];
  /** Undefined without Java. */
  readonly units: UnitsResult | undefined;
}
