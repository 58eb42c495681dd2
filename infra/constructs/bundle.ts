import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { projectRoot } from '../project.ts';

/** One ES module a function, the SDK tree-shaken into it: cold start is import time. No Docker. */
export function bundle(name: string): lambda.Code {
  const outdir = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
  const script = ['--import', 'tsx', 'infra/bundling/main.ts', `functions/${name}/index.ts`];
  execFileSync(process.execPath, [...script, join(outdir, 'index.mjs')], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return lambda.Code.fromAsset(outdir);
}
