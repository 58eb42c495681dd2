import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { BUNDLE_OPTIONS, buildFunction } from '../../infra/bundling/build-function.ts';
import { projectRoot } from '../../infra/project.ts';

export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Packages by what they add, largest first; `own` is this project. */
  readonly inputs: readonly { readonly name: string; readonly bytes: number }[];
}

const OUT = join(projectRoot, '.gatehouse', 'bench');
const SIDES = 'test/bench/sides';

/** Built as they are deployed. */
const OURS = {
  mcp: 'functions/mcp/index.ts',
  discovery: 'functions/discovery/index.ts',
  debug: 'functions/debug/index.ts',
  oauth: 'functions/oauth/index.ts',
  gatehouseMemory: `${SIDES}/gatehouse-memory.ts`,
  relayRefresh: `${SIDES}/relay-refresh.ts`,
  sealing: `${SIDES}/sealing.ts`,
} as const;

/** Built with the same settings, but for what this project adds to them. */
const REFERENCES = {
  bare: `${SIDES}/bare-dynamo.ts`,
  sdkMemory: `${SIDES}/sdk-memory.ts`,
  sdkStub: `${SIDES}/sdk-stub.ts`,
  verification: `${SIDES}/verification.ts`,
  joseRefresh: `${SIDES}/jose-refresh.ts`,
  driver: `${SIDES}/driver.ts`,
  serve: `${SIDES}/serve.ts`,
  load: `${SIDES}/load.ts`,
  cold: `${SIDES}/cold.ts`,
} as const;

export type Bundles = Readonly<Record<keyof typeof OURS | keyof typeof REFERENCES, Bundle>>;

export async function buildBundles(): Promise<Bundles> {
  mkdirSync(OUT, { recursive: true });
  const fileOf = (name: string) => join(OUT, `${name}.mjs`);
  const ours = Object.entries(OURS).map(async ([name, entry]) => {
    return [name, describe(fileOf(name), await buildFunction(entry, fileOf(name)))] as const;
  });
  const references = Object.entries(REFERENCES).map(async ([name, entry]) => {
    const { metafile } = await build({ ...BUNDLE_OPTIONS, entryPoints: [entry], outfile: fileOf(name) });
    return [name, describe(fileOf(name), metafile)] as const;
  });
  return Object.fromEntries(await Promise.all([...ours, ...references])) as Bundles;
}

function describe(file: string, metafile: Metafile): Bundle {
  const [output] = Object.values(metafile.outputs);
  const sizes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'own';
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  const inputs = [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { file, bytes: output?.bytes ?? 0, inputs };
}
