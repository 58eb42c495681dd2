import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';

/** What the other commands need to know of a running dev gateway. */
export interface DevState {
  readonly port: number;
  readonly url: string;
  readonly issuer: string;
  /** True when the embedded identity provider runs. */
  readonly embeddedIdp: boolean;
  /** Clients sign in at the gateway (authorizationServer=relay). */
  readonly relay: boolean;
  /** Every logical scope of what is offered. */
  readonly scopes: readonly string[];
  readonly dynamodb: string;
  /** Where the demo backend is, when it runs. */
  readonly demoBackend?: string;
  readonly tables: {
    readonly identities: string;
    readonly audit: string;
    readonly state: string;
    readonly seals: string;
  };
  /** Whether the audit table has the index by tool. */
  readonly auditToolIndex: boolean;
  /** The folder that stands in for the archive's bucket, and the verifier key of the log in it. */
  readonly archive: string;
  readonly auditKey: string;
  readonly pid: number;
}

const DIRECTORY = '.gatehouse';
const pathOf = (port: number) => join(DIRECTORY, `dev-${port}.json`);

export function writeState(state: DevState): void {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(pathOf(state.port), `${JSON.stringify(state, undefined, 2)}\n`);
}

export function removeState(port: number): void {
  rmSync(pathOf(port), { force: true });
}

/** @throws Failure when no dev gateway runs on the port */
export function readState(port: number): DevState {
  let state: DevState | undefined;
  try {
    state = JSON.parse(readFileSync(pathOf(port), 'utf8')) as DevState;
    process.kill(state.pid, 0);
    return state;
  } catch {
    const start = port === 8787 ? 'npm run dev' : `npm run dev -- --port ${port}`;
    throw new Failure(`No dev gateway runs on port ${port}. Start one in another terminal: ${start}`);
  }
}
