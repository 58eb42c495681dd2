import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { close } from '../../cli/dev/network.ts';

/** Requests and units between two resets. */
export interface Metered {
  readonly requests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

export interface Meter {
  readonly endpoint: string;
  /** What was counted since the last time. */
  take(): Metered;
  stop(): Promise<void>;
}

interface Consumed {
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

/** In front of a real engine: asks it for the capacity of every request, indexes included, and adds up. */
export async function startMeter(engine: string): Promise<Meter> {
  let counted = { requests: 0, writeUnits: 0, readUnits: 0 };
  const server = createServer(async (request, response) => {
    const asked = { ...JSON.parse(await textOf(request)), ReturnConsumedCapacity: 'INDEXES' };
    const target = String(request.headers['x-amz-target']);
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      authorization: String(request.headers.authorization),
      'x-amz-date': String(request.headers['x-amz-date']),
    };
    const answer = await fetch(engine, { method: 'POST', headers, body: JSON.stringify(asked) });
    const text = await answer.text();
    const units = (JSON.parse(text) as Consumed).ConsumedCapacity?.CapacityUnits ?? 0;
    const kind = /Put|Update|Delete/.test(target) ? 'writeUnits' : 'readUnits';
    counted = { ...counted, requests: counted.requests + 1, [kind]: counted[kind] + units };
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = counted;
      counted = { requests: 0, writeUnits: 0, readUnits: 0 };
      return taken;
    },
    stop: () => close(server),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
