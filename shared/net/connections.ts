import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

export interface ConnectionOptions {
  /**
   * How long an idle connection may be used again; 0: never. Shorter than what the other side keeps it (Node: 5 s, an
   * Application Load Balancer: 60 s): who sends on a connection that was just closed learns nothing of the outcome.
   */
  readonly keepAliveMs: number;
  /** Certificate authorities instead of Node's own, PEM: for a private destination. */
  readonly ca?: string;
}

/** Open connections of one policy. Another one must not find them: nothing is resolved or checked on a second use. */
export interface Connections {
  agentFor(url: URL): HttpAgent;
}

const MAX_IDLE = 8;

export function createConnections({ keepAliveMs, ca }: ConnectionOptions, clock: Clock): Connections {
  const keepAlive = keepAliveMs > 0;
  const idleSince = new WeakMap<Socket, number>();
  const agents = new Map<string, HttpAgent>();
  const make = (protocol: string): HttpAgent => {
    const options = { keepAlive, maxFreeSockets: MAX_IDLE };
    const agent =
      protocol === 'http:'
        ? new HttpAgent(options)
        : // Said here, since an environment variable could turn it off.
          new HttpsAgent({ ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) });
    agent.on('free', (socket: Socket) => idleSince.set(socket, clock()));
    agents.set(protocol, agent);
    return agent;
  };
  return {
    agentFor: ({ protocol }) => {
      const agent = agents.get(protocol) ?? make(protocol);
      closeIdle(agent, (socket) => {
        const idle = clock() - (idleSince.get(socket) ?? 0);
        return idle < 0 || idle > keepAliveMs;
      });
      return agent;
    },
  };
}

/** Not by a timer: the process of a function is frozen between requests, and timers with it. */
function closeIdle(agent: HttpAgent, isOld: (socket: Socket) => boolean): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) if (isOld(socket)) socket.destroy();
  }
}
