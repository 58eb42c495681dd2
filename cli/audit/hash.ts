import { findCallKey } from '../../shared/audit/reveal.ts';
import { NotCanonical } from '../../shared/core/canonical-json.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { openStores, STORE_HELP, STORE_OPTIONS, toUser } from './stores.ts';

const OPTIONS = { ...STORE_OPTIONS, user: { type: 'string' }, month: { type: 'string' } } as const;

export const hashCommand: Command = {
  help: `Usage: npm run gatehouse -- audit hash --user UID --month YYYYMM '<json>' [options]

Prints the digest that these arguments, or this result, have in the records of a user and a month: compare it with argsDigest
or resultDigest to see whether a guess is right. Recorded as a reading of the trail.

  --user UID        usr_…
  --month YYYYMM    the month of the call, UTC

${STORE_HELP}`,
  run: async (args) => {
    const { values, positionals } = readArguments({ args: [...args], allowPositionals: true, options: OPTIONS });
    const uid = toUser(values.user);
    const month = values.month ?? '';
    if (!/^\d{4}(0[1-9]|1[0-2])$/.test(month)) throw new WrongUsage(`--month ${month} is no month. Example: 202611`);
    const guess = toJson(positionals);
    const { dynamo, tables, events, actor, userKey } = await openStores(values);
    await events.read({ actor, action: 'audit/hash', detail: `${uid} ${month}` });
    const key = await findCallKey(uid, month, { dynamo, ...tables, userKey });
    if (key === undefined)
      throw new Failure(`There is no key for ${uid} and ${month}: nothing of theirs has a digest.`);
    try {
      process.stdout.write(`${key.digest(guess)}\n`);
    } catch (error) {
      if (error instanceof NotCanonical) throw new WrongUsage(`No call can have these arguments: ${error.message}.`);
      throw error;
    }
  },
};

function toJson([text, ...more]: readonly string[]): unknown {
  if (text === undefined || more.length > 0)
    throw new WrongUsage(`Give one JSON text in quotes. Example: '{"message":"hi"}'`);
  try {
    return JSON.parse(text);
  } catch {
    throw new WrongUsage(`This is no JSON: give one text in quotes. Example: '{"message":"hi"}'`);
  }
}
