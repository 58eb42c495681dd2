import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
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
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'error',
  metafile: true,
} as const;

/**
 * What only the bundles of functions get (docs/adr/0007-bundles.md). In Lambda the credentials are in the environment,
 * so the SDK's other ways to find some, a third of the client, stay out.
 */
const ALIAS = {
  '@aws-sdk/credential-provider-node': join(projectRoot, 'shared/aws/lambda-credentials.ts'),
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

/** One ES module with everything in it. */
export async function buildFunction(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [join(projectRoot, entry)],
    outfile,
    alias: ALIAS,
    plugins: [zodByParts],
  });
  return metafile;
}
