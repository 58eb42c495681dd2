import type { parseArgs } from 'node:util';
import { visible } from '../../shared/audit/export/visible.ts';
import { hasDays, holdDays } from '../../shared/audit/hold-days.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { openArchiveOf } from './archive.ts';
import { openStores, STORE_HELP, STORE_OPTIONS, toUser } from './stores.ts';
import { toDay } from './times.ts';

const OPTIONS = {
  ...STORE_OPTIONS,
  user: { type: 'string' },
  reason: { type: 'string' },
  release: { type: 'boolean' },
  from: { type: 'string' },
  to: { type: 'string' },
  archive: { type: 'string' },
} as const;

export const holdCommand: Command = {
  help: `Usage: npm run gatehouse -- audit hold --user UID --reason TEXT [options]
       npm run gatehouse -- audit hold --from DAY --to DAY --archive s3://BUCKET --reason TEXT [options]

A user under legal hold cannot be erased. Days under legal hold keep their objects in the archive past their retention.

  --user UID        usr_…
  --from, --to DAY  2026-11-01, both included, UTC
  --archive WHERE   s3://bucket, or a folder
  --reason TEXT     who asked for it, a file number
  --release         ends it

${STORE_HELP}`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const isOfDays = (values.from ?? values.to ?? values.archive) !== undefined;
    if (values.user !== undefined && isOfDays)
      throw new WrongUsage('Give a user or days, not both: --user, or --from, --to and --archive.');
    if (values.user !== undefined) return holdUser(values);
    if (values.from !== undefined && values.to !== undefined) return holdArchive(values);
    throw new WrongUsage('Say whom or which days: --user UID, or --from DAY --to DAY --archive WHERE.');
  },
};

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function holdUser({ user, reason, release, ...where }: Values): Promise<void> {
  const uid = toUser(user);
  const why = release === true ? '' : toReason(reason);
  const { holds, actor, dynamo, tables, userKey } = await openStores(where);
  if (release === true) {
    const was = await holds.release(uid, actor);
    return void process.stdout.write(was ? `Released: ${uid}.\n` : `${uid} was under no hold.\n`);
  }
  // A hold on somebody mistyped would hold nobody, and look as if it did.
  if ((await dynamo.get(tables.identities, userKey(uid), { consistent: true })) === undefined)
    throw new Failure(`There is no user ${uid}.`);
  const { isNew, since, by, reason: first } = await holds.place(uid, why, actor);
  const when = `since ${new Date(since).toISOString()}, by ${visible(by)}`;
  if (!isNew)
    throw new Failure(`${uid} is held already ${when}: ${visible(first)}. Release that first to give another reason.`);
  process.stdout.write(`Held: ${uid} ${when}.\n`);
}

async function holdArchive({ from, to, archive, reason, release = false, ...where }: Values): Promise<void> {
  if (archive === undefined)
    throw new WrongUsage('Say where the archive is. Example: --archive s3://acme-audit-archive');
  const [first, last] = [toExistingDay('from', from), toExistingDay('to', to)];
  if (first > last) throw new WrongUsage('--from is after --to.');
  const why = release ? '' : ` ${toReason(reason)}`;
  const objects = await openArchiveOf({ archive });
  // Before the event: it would tell of a hold on nothing.
  if (!(await hasDays(objects, first, last))) throw new Failure(`${archive} has nothing of ${from} to ${to}.`);
  const { events, actor } = await openStores(where);
  await events.admin({ actor, action: release ? 'archive/release' : 'archive/hold', detail: `${from} ${to}${why}` });
  const count = await holdDays(objects, first, last, !release);
  process.stdout.write(`${release ? 'Released' : 'Held'}: ${count} objects.\n`);
}

function toReason(text: string | undefined): string {
  if (text !== undefined && text.trim() !== '' && text.length <= 200) return text;
  throw new WrongUsage('Say why, in at most 200 characters: --reason "case 2026-17".');
}

function toExistingDay(name: string, text: string | undefined): number {
  const time = toDay(text ?? '');
  if (time !== undefined) return time;
  throw new WrongUsage(`--${name} ${text ?? ''} is no day. Example: 2026-11-01`);
}
