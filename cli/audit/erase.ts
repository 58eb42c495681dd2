import { eraseUser } from '../../shared/audit/erase.ts';
import { visible } from '../../shared/audit/export/visible.ts';
import { createSetAttribute } from '../../shared/aws/set-attribute.ts';
import { newAuditKey } from '../../shared/identity/resolve.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { openStores, STORE_HELP, STORE_OPTIONS, toUser } from './stores.ts';

const OPTIONS = { ...STORE_OPTIONS, user: { type: 'string' }, yes: { type: 'boolean' } } as const;

export const eraseCommand: Command = {
  help: `Usage: npm run gatehouse -- audit erase --user UID --yes [options]

Replaces the key of a user: digests and sealed arguments of the past cannot be read or compared any more, by nobody. Records,
hashes and proofs stay as they are. It cannot be undone, and is itself recorded.

  --user UID        usr_…
  --yes             do it

${STORE_HELP}`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const uid = toUser(values.user);
    if (values.yes !== true) throw new WrongUsage('This cannot be undone. Add --yes to do it.');
    const { options, tables, actor, ...stores } = await openStores(values);
    const erasing = {
      ...stores,
      setAttribute: createSetAttribute(options),
      table: tables.identities,
      newKey: newAuditKey,
    };
    const result = await eraseUser(uid, actor, erasing);
    if (result.kind === 'held') {
      const { reason, by, since } = result.hold;
      const day = new Date(since).toISOString().slice(0, 10);
      throw new Failure(
        `${uid} is under legal hold since ${day}, by ${visible(by)}: ${visible(reason)}. Release it first: audit hold --release.`,
      );
    }
    if (result.kind === 'unknown') throw new Failure(`There is no user ${uid}.`);
    process.stdout.write(`Erased: nobody can read or compare arguments of ${uid} up to now.\n`);
  },
};
