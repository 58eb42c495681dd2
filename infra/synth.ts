import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { BackendTable } from '../shared/backend/definition.ts';
import { readParameters } from './config.ts';
import { GatewayStack } from './gateway-stack.ts';

export interface SynthOptions {
  /** Context parameters, as `-c name=value` gives them. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly bundling: boolean;
  /** Where the stack goes, where that is known. */
  readonly region?: string;
  /** Instead of what the backends need. */
  readonly assertions?: boolean;
  /** Those that have to have what their mode needs; by default every one. */
  readonly backends?: BackendTable;
}

export interface SynthesisedGateway {
  readonly stackName: string;
  readonly template: Template;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/**
 * The stack's template, in this process: what local development and tests are driven by.
 *
 * @throws ConfigError for wrong parameters
 */
export function synthGateway({ context, region, backends, ...more }: SynthOptions): SynthesisedGateway {
  const parameters = readParameters(context, region, backends);
  // Left to itself the CDK makes a folder for each synthesis and leaves it there.
  const outdir = mkdtempSync(join(tmpdir(), 'gatehouse-synth-'));
  try {
    const app = new App({ analyticsReporting: false, outdir });
    const stack = new GatewayStack(app, { parameters, ...more });
    return { stackName: parameters.stackName, template: app.synth().getStackByName(stack.stackName).template };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
