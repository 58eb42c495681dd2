import { DEFAULT_PORT, readArguments, toPort } from './arguments.ts';
import type { Command } from './command.ts';
import { DEV_CLIENT, DEV_USERS } from './dev/idp.ts';
import { endpointsOfIdp, endpointsOfRelay, fetchToken } from './dev/login.ts';
import { readState } from './dev/state-file.ts';
import { Failure, WrongUsage } from './failure.ts';

const NAMES = DEV_USERS.map(({ name }) => name);

export const tokenCommand: Command = {
  help: `Usage: npm run -s token -- <user> [--port ${DEFAULT_PORT}] [--scope "starter.whoami starter.echo"]

  <user>       ${NAMES.join(', ')}
  --scope S    what to ask for; the user gets what of it they may have. Default: every scope

In relay mode the token comes through the relay, as that of any other client.`,
  run: async (args) => {
    const { values, positionals } = readArguments(
      {
        args: [...args],
        allowPositionals: true,
        options: { port: { type: 'string' }, scope: { type: 'string' } },
      },
      1,
    );
    const [user = ''] = positionals;
    if (!NAMES.includes(user))
      throw new WrongUsage(`Name one of ${NAMES.join(', ')}. Example: npm run -s token -- alice`);
    const { issuer, url, embeddedIdp, relay, scopes } = readState(toPort(values.port));
    if (!embeddedIdp) throw new Failure(`This gateway trusts ${issuer}: get a token there, with resource ${url}.`);
    const endpoints = relay ? endpointsOfRelay(new URL(url).origin) : endpointsOfIdp(issuer);
    const scope = toScope(values.scope, scopes);
    process.stdout.write(`${await fetchToken({ endpoints, resource: url, client: DEV_CLIENT, user, scope })}\n`);
  },
};

/** What the sign-in itself is asked for, beside what tools need. */
const OF_THE_SIGN_IN = ['openid', 'offline_access'];

/** @throws WrongUsage for one that nothing here needs: the identity provider would only say that it is wrong */
function toScope(text: string | undefined, known: readonly string[]): string {
  const asked = text?.split(' ').filter((word) => word !== '') ?? known;
  const stranger = asked.find((word) => ![...known, ...OF_THE_SIGN_IN].includes(word));
  if (stranger === undefined) return asked.join(' ');
  throw new WrongUsage(`--scope ${stranger} is none of ${known.join(', ')}.`);
}
