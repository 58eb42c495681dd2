import { BACKENDS } from '../../shared/backends/index.ts';
import { deployed, type Registry } from '../../shared/registry/index.ts';

/** What the project comes with, whatever was added since: docs/add-a-tool.md and its like turn no test red. */
export const shipped: Registry = {
  tools: deployed.tools.filter(({ scopes }) => scopes.every((scope) => scope.startsWith('starter.'))),
  prompts: [],
  resources: [],
  backends: { demo: BACKENDS.demo },
};
