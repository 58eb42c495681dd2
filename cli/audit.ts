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
  ]),
  more: 'npm run gatehouse -- audit <command> --help tells more.',
};
