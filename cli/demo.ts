import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { MODES } from './demo/modes.ts';
import { runDemo } from './demo/run.ts';
import { WrongUsage } from './failure.ts';

const NAMES = [...MODES.keys()];

export const demoCommand: Command = {
  help: `Usage: npm run demo [-- --mode ${NAMES.join('|')}]

  --mode M     how clients find the sign-in: at the identity provider (direct, the default), there with the gateway's
               metadata and a client id (metadata), or at the gateway with nothing but the URL (relay)

Starts a gateway on free ports, signs alice and bob in over OAuth with the official MCP client, calls tools, and ends.`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: { mode: { type: 'string', default: 'direct' } } });
    const mode = MODES.get(values.mode);
    if (mode === undefined) throw new WrongUsage(`--mode ${values.mode} is none of ${NAMES.join(', ')}.`);
    await runDemo(mode);
  },
};
