import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { projectRoot } from '../project.ts';

/** Some dependencies are CommonJS and call `require` for Node's own modules. */
const REQUIRE =
  "import { createRequire as gatehouseRequire } from 'node:module';const require = gatehouseRequire(import.meta.url);";

/** What the CDK has copied into its own output by the end of the synthesis. */
const outputs: string[] = [];
process.once('exit', () => {
  for (const outdir of outputs) rmSync(outdir, { recursive: true, force: true });
});

/** One ES module a function, the SDK tree-shaken into it: cold start is import time. No Docker. */
export function bundle(name: string): lambda.Code {
  const outdir = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
  outputs.push(outdir);
  buildSync({
    absWorkingDir: projectRoot,
    entryPoints: [join(projectRoot, 'functions', name, 'index.ts')],
    outfile: join(outdir, 'index.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  return lambda.Code.fromAsset(outdir);
}
