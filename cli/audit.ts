import type { CommandGroup } from './command.ts';

/** One file in cli/audit and one row here for each thing that can be done with the trail. */
export const auditCommands: CommandGroup = {
  usage: 'Usage: npm run gatehouse -- audit <command> [options]',
  commands: new Map([
    [
      'query',
      {
        summary: 'list calls by user, tool, client, decision, reason, state, time',
        load: async () => (await import('./audit/query.ts')).queryCommand,
      },
    ],
    [
      'show',
      {
        summary: 'show one call or event in full, with its hashes checked',
        load: async () => (await import('./audit/show.ts')).showCommand,
      },
    ],
    [
      'tail',
      {
        summary: 'show calls as they end',
        load: async () => (await import('./audit/tail.ts')).tailCommand,
      },
    ],
    [
      'export',
      {
        summary: 'write a time range as records, CSV, OCSF or CloudEvents',
        load: async () => (await import('./audit/export.ts')).exportCommand,
      },
    ],
    [
      'stats',
      {
        summary: 'count calls by tool, user, client, decision, reason or day',
        load: async () => (await import('./audit/stats.ts')).statsCommand,
      },
    ],
    [
      'verify',
      {
        summary: 'recompute the whole trail and compare it with what was signed',
        load: async () => (await import('./audit/verify.ts')).verifyCommand,
      },
    ],
    [
      'prove',
      {
        summary: 'make a file that proves the records of one call',
        load: async () => (await import('./audit/prove.ts')).proveCommand,
      },
    ],
    [
      'check-proof',
      {
        summary: 'check such a file with a pinned key',
        load: async () => (await import('./audit/check-proof.ts')).checkProofCommand,
      },
    ],
    [
      'key',
      {
        summary: 'print the key that auditors pin',
        load: async () => (await import('./audit/key.ts')).keyCommand,
      },
    ],
    [
      'hash',
      {
        summary: 'the digest of guessed arguments, to compare with a record',
        load: async () => (await import('./audit/hash.ts')).hashCommand,
      },
    ],
    [
      'erase',
      {
        summary: 'make what is kept of one user’s arguments unreadable for ever',
        load: async () => (await import('./audit/erase.ts')).eraseCommand,
      },
    ],
    [
      'hold',
      {
        summary: 'legal hold: on a user, who then cannot be erased, or on days of the archive',
        load: async () => (await import('./audit/hold.ts')).holdCommand,
      },
    ],
  ]),
  more: 'npm run gatehouse -- audit <command> --help tells more.',
};
