import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reachOf } from '../../../shared/net/address.ts';

test.each([
  ['1.1.1.1'],
  ['9.255.255.255'],
  ['11.0.0.0'],
  ['100.63.255.255'],
  ['100.128.0.0'],
  ['172.15.255.255'],
  ['172.32.0.0'],
  ['192.167.255.255'],
  ['192.169.0.0'],
  ['223.255.255.255'],
  ['2001:200::1'],
  ['2001:4860:4860::8888'],
  ['2600:9000::1'],
  ['3ffe::1'],
])('%s is public', (address) => {
  expect(reachOf(address)).toBe('public');
});

test.each([
  ['10.0.0.0'],
  ['10.255.255.255'],
  ['172.16.0.1'],
  ['172.31.255.255'],
  ['192.168.1.1'],
  ['100.64.0.1'],
  ['100.127.255.255'],
  ['fc00::1'],
  ['fdff:ffff::1'],
])('%s is in a private network', (address) => {
  expect(reachOf(address)).toBe('private');
});

test.each([['127.0.0.1'], ['127.255.255.254'], ['::1']])('%s is this machine', (address) => {
  expect(reachOf(address)).toBe('loopback');
});

test.each([
  ['this network', '0.0.0.0'],
  ['this network too', '0.1.2.3'],
  ['link-local', '169.254.0.1'],
  ['the metadata of EC2', '169.254.169.254'],
  ['the credentials of ECS', '169.254.170.2'],
  ['the metadata of EC2 by IPv6', 'fd00:ec2::254'],
  ['the pod identity of EKS by IPv6', 'fd00:ec2::23'],
  ['protocol assignments', '192.0.0.192'],
  ['documentation', '192.0.2.1'],
  ['more documentation', '198.51.100.1'],
  ['still more documentation', '203.0.113.1'],
  ['the anycast of 6to4', '192.88.99.1'],
  ['benchmarks', '198.19.255.255'],
  ['multicast', '224.0.0.1'],
  ['the end of multicast', '239.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['no address', '::'],
  ['v4-compatible', '::7f00:1'],
  ['v4-compatible in dots', '::127.0.0.1'],
  ['v4-mapped', '::ffff:7f00:1'],
  ['v4-mapped in dots', '::ffff:127.0.0.1'],
  ['v4-mapped and public', '::ffff:1.1.1.1'],
  ['v4-translated', '::ffff:0:7f00:1'],
  ['NAT64', '64:ff9b::a9fe:a9fe'],
  ['NAT64 in dots', '64:ff9b::169.254.169.254'],
  ['local NAT64', '64:ff9b:1::a00:1'],
  ['discard only', '100::1'],
  ['6to4', '2002:a9fe:a9fe::1'],
  ['Teredo', '2001::1'],
  ['Teredo with an address', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['ORCHID', '2001:20::1'],
  ['the end of the IETF protocols', '2001:1ff:ffff::1'],
  ['documentation by IPv6', '2001:db8::1'],
  ['more documentation by IPv6', '3fff::1'],
  ['segment routing', '5f00::1'],
  ['link-local by IPv6', 'fe80::1'],
  ['site-local', 'fec0::1'],
  ['multicast by IPv6', 'ff02::1'],
  ['a zone', 'fe80::1%eth0'],
  ['a zone at a public address', '2600::1%1'],
  ['decimal', '2130706433'],
  ['octal', '0177.0.0.1'],
  ['hexadecimal', '0x7f.0.0.1'],
  ['too short', '127.1'],
  ['a port', '1.1.1.1:80'],
  ['brackets', '[::1]'],
  ['a blank', '1.1.1.1 '],
  ['a name', 'localhost'],
  ['nothing', ''],
])('%s is for nobody: %s', (_name, address) => {
  expect(reachOf(address)).toBe('never');
});

test('of IPv6, nothing outside of 2000::/3 is public', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const isGlobal = Number.parseInt(groups[0] ?? '', 16) >> 13 === 1;
      expect(isGlobal || reachOf(groups.join(':')) !== 'public').toBe(true);
    }),
  );
});
