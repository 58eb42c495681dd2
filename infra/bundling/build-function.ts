import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { projectRoot } from '../project.ts';

/** Some dependencies are CommonJS and call `require` for Node's own modules. */
const REQUIRE =
  "import { createRequire as gatehouseRequire } from 'node:module';const require = gatehouseRequire(import.meta.url);";

export const BUNDLE_OPTIONS = {
  absWorkingDir: projectRoot,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'] as string[],
  banner: { js: REQUIRE },
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
  metafile: true,
} as const satisfies BuildOptions;

const standIn = (file: string) => join(projectRoot, 'shared/aws/bundled', file);

/** What only the bundles of functions get instead of parts of the SDK that they never use (docs/adr/0007-bundles.md). */
const ALIAS = {
  '@aws-sdk/credential-provider-node': standIn('lambda-credentials.ts'),
  '@aws-sdk/endpoint-cache': standIn('no-endpoint-cache.ts'),
  '@smithy/core/event-streams': standIn('no-event-streams.ts'),
};

/**
 * `z` of zod is the module's own namespace, but esbuild keeps all of a namespace that comes as a named export: 47
 * languages of messages. Written as a namespace import, only what is used stays.
 */
const zodByParts: Plugin = {
  name: 'zod-by-parts',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/](?:functions|shared)[\\/].*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: importZodByParts(await readFile(path, 'utf8')),
    }));
  },
};

function importZodByParts(source: string): string {
  return source.replace(/^import \{ z \} from (['"])zod\1;?$/m, "import * as z from 'zod';");
}

/**
 * An `import` of a module of Node reads every member of it, and some of those load more: that of node:http loads the
 * whole of fetch, those of node:fs its streams. Taken as CommonJS modules they do not: 12 ms of a cold start.
 */
const builtinsByMembers: Plugin = {
  name: 'builtins-by-members',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: new RegExp(`^(?:node:)?(?:${builtinModules.join('|')})$`) }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'builtin',
    }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** Clients of AWS that some deployments never ask, by the module that makes them. */
export const PARTS = {
  kms: { module: 'kms-client.ts', instead: 'no-kms.ts' },
  secrets: { module: 'secrets.ts', instead: 'no-secrets.ts' },
  signing: { module: 'sign-request.ts', instead: 'no-sign-request.ts' },
} as const;

export type Part = keyof typeof PARTS;

/** What a deployment does not need costs its cold starts nothing (docs/adr/0014-cold-start-with-backends.md). */
function leaveOut(parts: readonly Part[]): Plugin {
  const modules = new Map(parts.map((part) => [join(projectRoot, 'shared/aws', PARTS[part].module), part]));
  return {
    name: 'leave-out',
    setup: ({ onResolve }) => {
      onResolve({ filter: /\/aws\/[\w-]+\.ts$/ }, ({ path, resolveDir }) => {
        const part = modules.get(join(resolveDir, path));
        return part === undefined ? undefined : { path: standIn(PARTS[part].instead) };
      });
    },
  };
}

/** One ES module with everything in it but these parts. */
export async function buildFunction(entry: string, outfile: string, without: readonly Part[] = []): Promise<Metafile> {
  const entryPoints = [join(projectRoot, entry)];
  const plugins = [leaveOut(without), zodByParts, builtinsByMembers];
  return (await build({ ...BUNDLE_OPTIONS, entryPoints, outfile, alias: ALIAS, plugins })).metafile;
}
