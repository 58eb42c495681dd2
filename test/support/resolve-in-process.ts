import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';

// Run by test/shared/identity as a process of its own: <endpoint> <table> <subject> <count>. Prints one uid a line.
const [endpoint = '', table = '', subject = '', count = '1'] = process.argv.slice(2);
const calls = Array.from({ length: Number(count) }, () =>
  // An instance each: nothing is shared but the table.
  createIdentity({
    dynamo: createDynamo(localDynamo(endpoint)),
    table,
    clock: systemClock,
    provisioning: 'auto',
  }).resolve({ issuer: 'https://login.example.com', subject }),
);
for (const { uid } of await Promise.all(calls)) process.stdout.write(`${uid}\n`);
