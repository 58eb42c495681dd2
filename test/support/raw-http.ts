import { connect } from 'node:net';

/** One HTTP answer as it came over the wire, with nothing tidied up. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: string;
}

export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** `open`: the server kept the connection after the last answer. `silent`: it neither answered nor closed. */
  readonly end: 'closed' | 'open' | 'silent';
}

export interface ExchangeOptions {
  /** How many final answers to wait for. */
  readonly answers?: number;
  /** Answers to HEAD announce a body that does not come. */
  readonly isHead?: boolean;
  /** Says after the bytes that no more will come. */
  readonly halfCloses?: boolean;
  /** Cuts the connection as soon as the bytes are out. */
  readonly leaves?: boolean;
}

/** A server that takes longer hangs. Far above what any answer takes, so that no slow machine fails by it. */
const PATIENCE_MS = 20_000;

/** Writes bytes to a port and reads what comes: no client library would send most of what an attacker does. */
export function exchange(port: number, bytes: string | Buffer, options: ExchangeOptions = {}): Promise<Exchange> {
  const { answers: expected = 1, isHead = false, halfCloses = false, leaves = false } = options;
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => {
      if (halfCloses) socket.end(bytes);
      else socket.write(bytes, () => leaves && socket.destroy());
    });
    const finish = (end: Exchange['end']) => {
      clearTimeout(patience);
      socket.destroy();
      resolve({ answers: parseAnswers(received, isHead, end === 'closed').answers, end });
    };
    const patience = setTimeout(() => finish('silent'), PATIENCE_MS);
    // A reset is an end like any other: what came before it counts.
    socket.on('error', () => undefined);
    socket.on('close', () => finish('closed'));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const { answers, closes } = parseAnswers(received, isHead);
      if (!closes && answers.filter(({ status }) => status >= 200).length >= expected) finish('open');
    });
  });
}

interface Parsed {
  readonly answers: RawAnswer[];
  /** The last one announces the end of the connection. */
  readonly closes: boolean;
}

function parseAnswers(bytes: Buffer, isHead: boolean, isWhole = false): Parsed {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) break;
    const [first = '', ...lines] = rest.subarray(0, headEnd).toString('latin1').split('\r\n');
    const headers = lines.map(
      (line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 1).trim()] as const,
    );
    const untilClose = headerOf(headers, 'connection') === 'close' ? rest.length - headEnd - 4 : 0;
    const length = isHead ? 0 : Number(headerOf(headers, 'content-length') ?? untilClose);
    const bodyEnd = headEnd + 4 + length;
    if (rest.length < bodyEnd && !isWhole) break;
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? Number.NaN);
    answers.push({ status, headers, body: rest.subarray(headEnd + 4, bodyEnd).toString('utf8') });
    rest = rest.subarray(bodyEnd);
  }
  const last = answers.at(-1);
  return { answers, closes: last !== undefined && headerOf(last.headers, 'connection') === 'close' };
}

function headerOf(headers: RawAnswer['headers'], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
