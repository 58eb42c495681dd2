import { deployed } from '../shared/registry/index.ts';
import { DEFAULT_PORT, readArguments, toContext, toPort } from './arguments.ts';
import type { Command } from './command.ts';
import { createDevLog } from './dev/dev-log.ts';
import { DEV_CLIENT, DEV_USERS } from './dev/idp.ts';
import { type DevGateway, startDev } from './dev/start.ts';

export const devCommand: Command = {
  help: `Usage: npm run dev -- [--port ${DEFAULT_PORT}] [-c key=value …] [--fixtures]

  --port P         gateway at P, identity provider at P+1, database at P+2, demo backend at P+3
  -c key=value     a parameter as in cdk deploy (docs/parameters.md), more than once if needed
                   -c idp=oidc -c issuer=http://127.0.0.1:9999 -c audience=… uses your identity provider
                   -c authorizationServer=relay lets clients sign in at the gateway; with your identity provider
                   also -c upstreamClientId=…, and UPSTREAM_CLIENT_SECRET=… in the environment
  --fixtures       also offer what the MCP conformance suite calls (cli/fixtures)

Ctrl-C stops all of it. Users, calls and keys are gone then; in .gatehouse the copy of the archive stays until the next
start on its port, and the key of --cursor.`,
  run: async (args) => {
    const { values } = readArguments({
      args: [...args],
      options: {
        port: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true },
        fixtures: { type: 'boolean' },
      },
    });
    const log = createDevLog((line) => process.stderr.write(`${line}\n`));
    const registry = values.fixtures ? (await import('./fixtures/index.ts')).withFixtures : deployed;
    const gateway = await startDev({
      port: toPort(values.port),
      context: toContext(values.context),
      log,
      registry,
    });
    stopOnSignal(gateway);
    process.stdout.write(`${welcome(gateway)}ready ${gateway.state.url}\n`);
  },
};

function stopOnSignal(gateway: DevGateway): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void gateway.stop().then(() => process.exit(0)));
  }
}

function welcome({ state }: DevGateway): string {
  const lines = [`Identity provider  ${state.issuer}`];
  if (state.embeddedIdp) {
    lines.push(...DEV_USERS.map(({ name, about }) => `                   ${name} ${about}`));
  }
  if (state.relay) lines.push(`Sign-in            at the gateway, for clients that it knows and ${DEV_CLIENT.id}`);
  else if (state.embeddedIdp) lines.push(`OAuth client       ${DEV_CLIENT.id} (public), or dynamic registration`);
  lines.push(`Database           ${state.dynamodb}`);
  if (state.demoBackend !== undefined) lines.push(`Demo backend       ${state.demoBackend}`);
  return `${lines.join('\n')}\n`;
}
