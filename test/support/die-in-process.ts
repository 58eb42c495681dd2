import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { call } from '../failure/observe.ts';
import { createProbe } from '../failure/probe.ts';
import { createTestGateway } from './gateway.ts';

// Run by test/failure as a process of its own: <endpoint> <identities> <audit> <state> <subject>. One call, whose tool
// says so and then ends the process as the system does when memory is exhausted.
const [endpoint = '', identities = '', audit = '', state = '', subject = ''] = process.argv.slice(2);
const { tool } = createProbe(async () => {
  process.stdout.write('the tool runs\n');
  process.kill(process.pid, 'SIGKILL');
  return { done: 'never' };
});
const dynamo = createDynamo(localDynamo(endpoint));
const database = {
  dynamo,
  endpoint,
  identities,
  audit,
  state,
  demo: '',
  dump: async () => [],
  stop: async () => undefined,
};
const gateway = createTestGateway(database, { tools: [tool] });
await call({ gateway, token: await gateway.token({ sub: subject }) });
process.stdout.write('answered\n');
