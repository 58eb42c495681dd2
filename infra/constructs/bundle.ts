import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { projectRoot } from '../project.ts';

/** Some dependencies are CommonJS and call `require` for Node's own modules. */
const REQUIRE =
  "import { createRequire as gatehouseRequire } from 'node:module';const require = gatehouseRequire(import.meta.url);";

/** One ES module a function, the SDK tree-shaken into it: cold start is import time. No Docker. */
export function bundle(name: string): lambda.Code {
  const outdir = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
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
