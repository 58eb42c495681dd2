import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../infra/project.ts';
import { PARAMETERS } from '../../shared/core/parameters.ts';
import { allowPlainHttp, allowWithoutLeadingKeys, dropSavedQueries, type Edit, withoutMetricMath } from './edits.ts';
import { ACCOUNT, type Environment, REGION } from './environment.ts';

const execute = promisify(execFile);
const CDK = join(projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const FOR_EVERY_STACK = [withoutMetricMath, dropSavedQueries, allowWithoutLeadingKeys, allowPlainHttp];
const TIMEOUT_MS = 240_000;

export type Outputs = Readonly<Record<string, string>>;
export type Context = Readonly<Record<string, string>>;

/** The real `cdk`, as a person at a terminal would run it. Each rejects with what it printed. */
export interface Cdk {
  bootstrap(): Promise<void>;
  /** With the edits that the emulator needs for every stack, and these. */
  deploy(context: Context, edits?: readonly Edit[]): Promise<Outputs>;
  destroy(context: Context): Promise<void>;
}

export function createCdk(environment: Environment, work: string): Cdk {
  const assembly = join(work, 'cdk.out');
  const cdk = async (...args: readonly string[]): Promise<string> => {
    const common = ['--no-notices', '--no-color', '--output', assembly];
    return command(process.execPath, [CDK, ...args, ...common], environment);
  };
  const deploy = async (...args: readonly string[]): Promise<Outputs> => {
    const file = join(work, 'outputs.json');
    await cdk('deploy', ...args, '--require-approval', 'never', '--outputs-file', file);
    const stacks = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Outputs>>;
    return Object.values(stacks)[0] ?? {};
  };
  return {
    bootstrap: async () => {
      const template = join(work, 'bootstrap.yaml');
      writeFileSync(template, allowPlainHttp(await cdk('bootstrap', '--show-template')));
      await cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`, '--template', template);
    },
    deploy: async (context, edits = []) => {
      await cdk('synth', ...flags(context), '--quiet');
      const file = `${context['stackName'] ?? PARAMETERS.stackName.preset}.template.json`;
      const template = readFileSync(join(assembly, file), 'utf8');
      const edited = [...FOR_EVERY_STACK, ...edits].reduce((text, edit) => edit(text), template);
      writeFileSync(join(assembly, file), edited);
      return deploy('--app', assembly);
    },
    destroy: async (context) => void (await cdk('destroy', ...flags(context), '--force')),
  };
}

/** A command of this project, as `npm run gatehouse -- …`. */
export function gatehouse(environment: Environment, ...args: readonly string[]): Promise<string> {
  return command(process.execPath, [join(projectRoot, 'cli', 'gatehouse.mjs'), ...args], environment);
}

async function command(program: string, args: readonly string[], env: Environment): Promise<string> {
  try {
    const { stdout } = await execute(program, [...args], { cwd: projectRoot, env, timeout: TIMEOUT_MS });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${args.slice(0, 3).join(' ')} failed:\n${`${stdout}${stderr}`.slice(-20_000)}`);
  }
}

function flags(context: Context): readonly string[] {
  return Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
