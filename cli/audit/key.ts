import { formatVkey } from '../../shared/audit/log/note.ts';
import { createKmsSigner } from '../../shared/aws/kms-client.ts';
import { DEFAULT_PORT, readArguments, toPort } from '../arguments.ts';
import type { Command } from '../command.ts';
import { readState } from '../dev/state-file.ts';
import { outputOf } from './stack-output.ts';

export const keyCommand: Command = {
  help: `Usage: npm run gatehouse -- audit key [options]

Prints the verifier key of the audit log. Give it to your auditors on a way of its own, when the gateway is set up: what is
verified later is only as good as this key.

  --stack NAME      a deployed stack, with your AWS credentials. Default Gatehouse
  --local           the dev gateway on --port ${DEFAULT_PORT}`,
  run: async (args) => {
    const options = { stack: { type: 'string' }, local: { type: 'boolean' }, port: { type: 'string' } } as const;
    const { stack = 'Gatehouse', local, port } = readArguments({ args: [...args], options }).values;
    process.stdout.write(`${local ? readState(toPort(port)).auditKey : await keyOfStack(stack)}\n`);
  },
};

async function keyOfStack(stack: string): Promise<string> {
  const [name, key] = [await outputOf(stack, 'AuditLogName'), await outputOf(stack, 'SealKey')];
  return formatVkey(name, await createKmsSigner(key).publicKey());
}
