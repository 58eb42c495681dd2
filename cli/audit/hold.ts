import { parseArgs } from 'node:util';
import { holdDays } from '../../shared/audit/hold-days.ts';
import { openArchive } from '../../shared/aws/open-archive.ts';
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { openStores, STORE_HELP, STORE_OPTIONS, toUser } from './stores.ts';

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
  --from, --to DAY  2026-11-01, both included
  --archive WHERE   s3://bucket, or a folder
  --reason TEXT     who asked for it, a file number
  --release         ends it

${STORE_HELP}`,
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.user !== undefined) return holdUser(values);
    if (values.from !== undefined && values.to !== undefined) return holdArchive(values);
    throw new WrongUsage('Say whom or which days: --user UID, or --from DAY --to DAY --archive WHERE.');
  },
};

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function holdUser({ user, reason, release, ...where }: Values): Promise<void> {
  const uid = toUser(user);
  const { holds, actor } = await openStores(where);
  if (release === true) {
    const was = await holds.release(uid, actor);
    return void process.stdout.write(was ? `Released: ${uid}.\n` : `${uid} was under no hold.\n`);
  }
  const { since, by } = await holds.place(uid, toReason(reason), actor);
  process.stdout.write(`Held: ${uid} since ${new Date(since).toISOString()}, by ${by}.\n`);
}

async function holdArchive({ from, to, archive, reason, release = false, ...where }: Values): Promise<void> {
  if (archive === undefined)
    throw new WrongUsage('Say where the archive is. Example: --archive s3://acme-audit-archive');
  const [first, last] = [toDay('from', from), toDay('to', to)];
  if (first > last) throw new WrongUsage('--from is after --to.');
  const { events, actor } = await openStores(where);
  const why = release ? '' : ` ${toReason(reason)}`;
  await events.admin({ actor, action: release ? 'archive/release' : 'archive/hold', detail: `${from} ${to}${why}` });
  const count = await holdDays(openArchive(archive), first, last, !release);
  process.stdout.write(`${release ? 'Released' : 'Held'}: ${count} objects.\n`);
}

function toReason(text: string | undefined): string {
  if (text !== undefined && text.trim() !== '' && text.length <= 200) return text;
  throw new WrongUsage('Say why, in at most 200 characters: --reason "case 2026-17".');
}

function toDay(name: string, text: string | undefined): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new WrongUsage(`--${name} ${text ?? ''} is no day. Example: 2026-11-01`);
}
