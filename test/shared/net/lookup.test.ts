import { expect, test } from '@jest/globals';
import { createLookup } from '../../../shared/net/lookup.ts';
import { reachable } from '../../../shared/net/target.ts';
import { answering } from '../../support/net.ts';

const PUBLIC_URL = new URL('https://api.example.com/');
const policy = (allowPrivate: boolean) => ({ hosts: new Set<string>(), allowPrivate, allowHttpLoopback: true });

/** What Node is told to connect to. */
function lookUp(addresses: readonly string[], { url = PUBLIC_URL, allowPrivate = false, all = true } = {}) {
  const lookup = createLookup(reachable(url, policy(allowPrivate)), answering(addresses).resolve);
  return new Promise((done) => {
    lookup(url.hostname, { all }, (error, ...found) => done(error?.message ?? found));
  });
}

test.each([
  ['public addresses', ['1.1.1.1', '2606:4700::1111'], {}],
  ['private addresses, if that was declared', ['10.0.0.1', 'fd12::1', '100.64.0.1'], { allowPrivate: true }],
  ['public addresses of a private destination', ['1.1.1.1'], { allowPrivate: true }],
  ['loopback addresses of this machine', ['127.0.0.1', '::1'], { url: new URL('http://localhost:8080/') }],
])('Node is given all %s and asks no further', async (_name, addresses, options) => {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  expect(await lookUp(addresses, options)).toEqual([all]);
});

test('an older way of connecting gets the first of addresses that are all good', async () => {
  expect(await lookUp(['1.1.1.1', '1.0.0.1'], { all: false })).toEqual(['1.1.1.1', 4]);
  expect(await lookUp(['1.1.1.1', '10.0.0.1'], { all: false })).toBe('address_refused');
});
