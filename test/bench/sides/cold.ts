import { readFixture } from './fixture.ts';
import { eventOf, LAMBDA, requestOf } from './messages.ts';

export interface ColdStart {
  /** Milliseconds, from before the import. */
  readonly imported: number;
  readonly answered: number;
  /** Milliseconds of CPU until the answer. */
  readonly cpu: number;
}

// A fresh process: <bundle> <path of the first request>. Prints one ColdStart.
const [bundle = '', path = ''] = process.argv.slice(2);
const { headers, body } = requestOf('tools/call', readFixture().token);
const event = path === '/mcp' ? eventOf('POST', path, headers, body) : eventOf('GET', path, { host: headers.host });

const cpu = process.cpuUsage();
const started = performance.now();
const { handler } = await import(bundle);
const imported = performance.now() - started;
const { statusCode, body: answer } = await handler(event, LAMBDA);
const answered = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (statusCode !== 200) throw new Error(`the first request was answered with ${statusCode}: ${answer}`);
const result: ColdStart = { imported, answered, cpu: (user + system) / 1000 };
// An ordinary exit, since V8's compile cache is written then.
process.send?.({ value: result }, () => process.exit(0));
