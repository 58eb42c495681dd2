import { buildFunction } from './build-function.ts';

// A process of its own, because esbuild runs plugins only asynchronously and a CDK construct cannot wait.
const [entry = '', outfile = ''] = process.argv.slice(2);
await buildFunction(entry, outfile);
