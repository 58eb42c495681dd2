import type { AddressInfo, Server } from 'node:net';
import { bind } from '../../cli/dev/network.ts';

/** On a port that the system chooses, and known at once: nobody else can take it in between. */
export async function listenAnywhere(server: Server): Promise<number> {
  await bind(server, 0, '127.0.0.1');
  return (server.address() as AddressInfo).port;
}
