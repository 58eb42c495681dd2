import { type ClientRequest, Agent as HttpAgent } from 'node:http';
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
  const options = { keepAlive: keepAliveMs > 0, maxFreeSockets: MAX_IDLE };
  const agents = new Map<string, { readonly agent: HttpAgent; readonly closeOld: () => void }>();
  const make = (protocol: string) => {
    const agent =
      protocol === 'http:'
        ? new HttpAgent(options)
        : // Said here, since an environment variable could turn it off.
          new HttpsAgent({ ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) });
    const made = { agent, closeOld: watchIdle(agent, keepAliveMs, clock) };
    agents.set(protocol, made);
    return made;
  };
  return {
    agentFor: ({ protocol }) => {
      const { agent, closeOld } = agents.get(protocol) ?? make(protocol);
      closeOld();
      return agent;
    },
  };
}

/**
 * What an idle connection says, nobody asked for: Node would keep it and take it for the answer to the next request, of
 * perhaps another user. Age is not watched by a timer: a function is frozen between requests, and its timers with it.
 */
function watchIdle(agent: HttpAgent, keepAliveMs: number, clock: Clock): () => void {
  const idleSince = new WeakMap<Socket, number>();
  function end(this: Socket): void {
    this.destroy();
  }
  agent.on('free', (socket: Socket) => {
    idleSince.set(socket, clock());
    socket.on('data', end);
  });
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket: Socket, request: ClientRequest) => {
    socket.removeListener('data', end);
    reuse(socket, request);
  };
  return () => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets = []) => sockets)) {
      const idle = clock() - (idleSince.get(socket) ?? 0);
      if (idle < 0 || idle > keepAliveMs) socket.destroy();
    }
  };
}
