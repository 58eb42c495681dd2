import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type Reach, reachOf } from './address.ts';
import { NetError } from './net-error.ts';

/** Asks for every address of a name, as `lookup` of node:dns does with `all`. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** Loaded with the first name, as node:net does it: imported, it would cost every cold start. */
const resolveBySystem: Resolve = (hostname, done) =>
  process.getBuiltinModule('node:dns').lookup(hostname, { all: true }, done);

/**
 * The only look-up of a connection: Node connects to what this returns and does not ask again, so that a name cannot be
 * public when it is checked and private when it is used (DNS rebinding). One address too many refuses the whole answer:
 * Node tries all of them.
 */
export function createLookup(reachable: (reach: Reach) => boolean, resolve = resolveBySystem): LookupFunction {
  return (hostname, { all }, done) =>
    resolve(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) done(new NetError('not_resolved'), '');
      else if (!addresses.every(({ address }) => reachable(reachOf(address))))
        done(new NetError('address_refused'), '');
      else if (all === true) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
}
