import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Part } from '../bundling/build-function.ts';
import { projectRoot } from '../project.ts';

/** What the CDK has copied into its own output by the end of the synthesis. */
const outputs: string[] = [];
process.once('exit', () => {
  for (const outdir of outputs) rmSync(outdir, { recursive: true, force: true });
});

/** One ES module a function, the SDK tree-shaken into it: cold start is import time. No Docker. */
export function bundle(name: string, without: readonly Part[] = []): lambda.Code {
  const outdir = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
  outputs.push(outdir);
  const script = ['--import', 'tsx', 'infra/bundling/main.ts', `functions/${name}/index.ts`];
  execFileSync(process.execPath, [...script, join(outdir, 'index.mjs'), ...without], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return lambda.Code.fromAsset(outdir);
}
