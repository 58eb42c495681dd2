import { buildFunction, PARTS, type Part } from './build-function.ts';

// A process of its own, because esbuild runs plugins only asynchronously and a CDK construct cannot wait.
const [entry = '', outfile = '', ...without] = process.argv.slice(2);
const isPart = (name: string): name is Part => Object.hasOwn(PARTS, name);
if (!without.every(isPart)) throw new Error(`no parts of a bundle: ${without}`);
await buildFunction(entry, outfile, without);
