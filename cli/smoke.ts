import { setTimeout as pause } from 'node:timers/promises';
import type { AuditReader } from '../shared/audit/query.ts';
import { stackOutputs } from '../shared/aws/cloudformation.ts';
import { openTrail } from './audit/trail.ts';
import { stackProblem } from './aws-failure.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { Failure, WrongUsage } from './failure.ts';
import { findingsTable } from './smoke/finding.ts';
import { loginToken } from './smoke/login.ts';
import { runSmoke } from './smoke/run.ts';

const CALLBACK_PORT = 33_418;

export const smokeCommand: Command = {
  help: `Usage: npm run smoke -- <stack> [options]

  <stack>              a deployed stack, read with your AWS credentials. Default Gatehouse
  --token T            an access token for the checks that need one; TOKEN=… keeps it out of the list of processes
  --callback-port N    where the browser comes back to. Default ${CALLBACK_PORT}
  --client-id C        sign in as this OAuth client. Default that of the stack, or one that registers itself

Checks a deployed gateway from outside: the challenge as it arrives, metadata, refusals, CORS, a tool call, its audit
row, latency; in relay mode also its metadata and consent page. Without a token, and in a terminal, it asks you to sign
in; the identity provider must know the redirect URL http://localhost:${CALLBACK_PORT}/callback (with the created user
pool: -c callbackUrls=…; in relay mode: a client of relayClients, named with --client-id, or relayRegistration).`,
  run: async (args) => {
    const { values, positionals } = readArguments(
      {
        args: [...args],
        allowPositionals: true,
        options: { token: { type: 'string' }, 'callback-port': { type: 'string' }, 'client-id': { type: 'string' } },
      },
      1,
    );
    const [stack = 'Gatehouse'] = positionals;
    const port = toCallbackPort(values['callback-port']);
    const outputs = await outputsOf(stack);
    const url = need(outputs, stack, 'McpUrl');
    const table = need(outputs, stack, 'AuditTable');
    const audit = await recordedReader(stack, table);
    const given = values.token ?? process.env['TOKEN'];
    const token = given || (await askForToken(url, port, values['client-id'] ?? outputs.get('ClientId')));
    const findings = await runSmoke({ url, audit, fetch, token, pause });
    process.stdout.write(`${findingsTable(findings)}\n`);
    if (findings.some(({ result }) => result === 'failed')) throw new Failure(`${stack} is not as it should be.`);
  },
};

/** Looking for the row of the call is a reading of the trail, too; recorded once. */
async function recordedReader(stack: string, table: string): Promise<Pick<AuditReader, 'query'>> {
  const { reader, record } = await openTrail({ stack, table });
  let recorded: Promise<void> | undefined;
  return {
    query: async (query) => {
      recorded ??= record('audit/query', `smoke who=${query.who ?? ''}`);
      await recorded;
      return reader.query(query);
    },
  };
}

/** Nobody can answer where nobody reads: then the checks that need a token say so. */
async function askForToken(url: string, port: number, clientId: string | undefined): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const print = (line: string) => void process.stderr.write(`${line}\n`);
  return loginToken({ url, port, clientId, fetch, print });
}

async function outputsOf(stack: string): Promise<ReadonlyMap<string, string>> {
  try {
    return await stackOutputs(stack);
  } catch (error) {
    throw new Failure(`The stack ${stack} cannot be read: ${stackProblem(error)}`);
  }
}

function need(outputs: ReadonlyMap<string, string>, stack: string, name: string): string {
  const value = outputs.get(name);
  if (value === undefined) throw new Failure(`The stack ${stack} has no output ${name}: is it a gateway?`);
  return value;
}

function toCallbackPort(text: string | undefined): number {
  const port = text === undefined ? CALLBACK_PORT : Number(text);
  if (Number.isInteger(port) && port >= 1024 && port <= 65_535) return port;
  throw new WrongUsage(`--callback-port ${text} is no port from 1024 to 65535.`);
}
