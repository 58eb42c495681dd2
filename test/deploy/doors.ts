import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { bind, close } from '../../cli/dev/network.ts';
import type { Certificate } from '../support/certificate.ts';
import { REGION, requireLoopback } from './environment.ts';

/** The emulator serves every host at one address of plain http. Here functions reach some of them as they would on AWS. */
export interface Doors {
  /** In the place of the address that a function URL has, which no resolver knows: plain http on this machine. */
  readonly functionUrl: string;
  /** Which function URL that is, by the first label of its host. */
  leadTo(urlId: string): void;
  /** The `Authorization` of the last request that went through it. */
  lastAuthorization(): string | undefined;
  close(): Promise<void>;
}

export interface DoorsOptions {
  /** Of the emulator. */
  readonly endpoint: string;
  readonly functionUrlPort: number;
  /** Of a forward proxy for https (RFC 9110 section 9.3.6), which answers for the hosts of HTTP APIs by itself. */
  readonly proxyPort: number;
  readonly certificate: Certificate;
}

/** The host names that the certificate has to be for. */
export const API_HOSTS = `*.execute-api.${REGION}.amazonaws.com`;

export async function openDoors({ endpoint, certificate, ...ports }: DoorsOptions): Promise<Doors> {
  const { port } = new URL(requireLoopback(endpoint));
  let urlId = 'none';
  let authorization: string | undefined;
  const toFunction = createServer((incoming, answer) => {
    ({ authorization } = incoming.headers);
    forward(endpoint, `${urlId}.lambda-url.${REGION}.localhost:${port}`)(incoming, answer);
  });
  const toApis = createTlsServer(certificate, (incoming, answer) => {
    const [apiId] = (incoming.headers.host ?? '').split('.');
    forward(endpoint, `${apiId}.execute-api.localhost:${port}`)(incoming, answer);
  });
  const proxy = createServer((_incoming, answer) => answer.writeHead(405).end());
  proxy.on('connect', (_incoming, socket, head) => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    toApis.emit('connection', socket);
  });
  await bind(toFunction, ports.functionUrlPort, '127.0.0.1');
  await bind(proxy, ports.proxyPort, '127.0.0.1');
  return {
    functionUrl: `http://127.0.0.1:${ports.functionUrlPort}`,
    leadTo: (id) => {
      urlId = id;
    },
    lastAuthorization: () => authorization,
    close: async () => void (await Promise.all([toFunction, proxy].map(close))),
  };
}

/** As it came, under the host by which the emulator knows whom it is for. */
function forward(endpoint: string, host: string): RequestListener {
  return (incoming, answer) => {
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, endpoint), { method, headers: { ...headers, host } }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.once('error', () => answer.destroy());
    incoming.pipe(outgoing);
  };
}
