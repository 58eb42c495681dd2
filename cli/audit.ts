import type { CommandGroup } from './command.ts';

/** One file in cli/audit and one row here for each thing that can be done with the trail. */
export const auditCommands: CommandGroup = {
  usage: 'Usage: npm run gatehouse -- audit <command> [options]',
  commands: new Map([
    [
      'query',
      {
        summary: 'list calls by user, tool, decision, client, reason, time',
        load: async () => (await import('./audit/query.ts')).queryCommand,
      },
    ],
    [
      'verify',
      {
        summary: 'recompute the log from its archive and name what is not what was signed',
        load: async () => (await import('./audit/verify.ts')).verifyCommand,
      },
    ],
    [
      'prove',
      {
        summary: 'write a file that proves the records of one call',
        load: async () => (await import('./audit/prove.ts')).proveCommand,
      },
    ],
    [
      'check-proof',
      {
        summary: 'check such a file with nothing but the public key',
        load: async () => (await import('./audit/check-proof.ts')).checkProofCommand,
      },
    ],
  ]),
  more: 'npm run gatehouse -- audit <command> --help tells more.',
};
