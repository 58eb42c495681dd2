import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { runDemo } from './demo/run.ts';

export const demoCommand: Command = {
  help: 'Usage: npm run demo\n\nStarts a gateway on free ports, signs alice and bob in over OAuth with the official MCP client, calls tools, and ends.',
  run: async (args) => {
    parseArgs({ args: [...args] });
    await runDemo();
  },
};
