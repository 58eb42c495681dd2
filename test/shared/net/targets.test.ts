import { describe, expect, test } from '@jest/globals';
import { createGuardedClient, type NetPolicy } from '../../../shared/net/guarded-client.ts';
import { answering, LIMITS, localPolicy, startRaw } from '../../support/net.ts';

const PUBLIC: Partial<NetPolicy> = { allowHttpLoopback: false };

/** Asks for a URL whose host is on the list, whatever it is, so that only the other guards are at work. */
async function ask(url: string | URL, more: Partial<NetPolicy> = {}) {
  // What gets past the guards under test must not leave this machine either.
  const { resolve, asked } = answering(['10.0.0.1']);
  const { host } = URL.canParse(String(url)) ? new URL(url) : { host: 'api.example.com' };
  const hosts = new Set(['api.example.com', ...(isHost(host) ? [host] : [])]);
  const send = createGuardedClient(localPolicy('', { ...PUBLIC, hosts, ...more }), { resolve });
  const refusal = await send({ method: 'GET', url }, LIMITS).catch((error: unknown) => error);
  return { refusal, asked };
}

const isHost = (host: string) => host !== '' && !host.endsWith('.');
const refused = (reason: string) => ({
  refusal: expect.objectContaining({ name: 'NetError', message: reason, reason, sent: false }),
  asked: [],
});

test.each([
  ['http', 'http://api.example.com/'],
  ['http to this machine', 'http://localhost/'],
  ['another scheme', 'ftp://api.example.com/'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:,x'],
  ['a script', 'javascript:alert(1)'],
  ['a socket', 'unix:///var/run/docker.sock'],
  ['no URL', 'api.example.com'],
  ['nothing', ''],
  ['no scheme', '//api.example.com/'],
  ['a user', 'https://user@api.example.com/'],
  ['a user and a password', 'https://api.example.com:pass@1.1.1.1/'],
  ['an empty user', 'https://@api.example.com/'],
  ['an encoded @', 'https://api.example.com%40evil.example/'],
  ['a fragment that hides a host', 'https://evil.example#@api.example.com/'],
  ['a fragment', 'https://api.example.com/#part'],
  ['a backslash', 'https://api.example.com\\@evil.example/'],
  ['backslashes for slashes', 'https:\\\\api.example.com\\'],
  ['one slash', 'https:/api.example.com/'],
  ['three slashes', 'https:///api.example.com/'],
  ['a tab in the name', 'https://api.exa\tmple.com/'],
  ['a line break in the name', 'https://api.example.com\n.evil.example/'],
  ['a line break in the path', 'https://api.example.com/a\r\nhost: evil.example'],
  ['a blank before it', ' https://api.example.com/'],
  ['a control after it', 'https://api.example.com/\u0000'],
  ['a dot at the end', 'https://api.example.com./'],
  ['capitals', 'https://API.example.com/'],
  ['the usual port', 'https://api.example.com:443/'],
  ['a port with a zero', 'https://api.example.com:08443/'],
  ['an ideographic full stop', 'https://api\u3002example\u3002com/'],
  ['a fullwidth full stop', 'https://api\uff0eexample\uff0ecom/'],
  ['fullwidth letters', 'https://\uff41pi.example.com/'],
  ['a soft hyphen', 'https://api.exam\u00adple.com/'],
  ['another script', 'https://bücher.example/'],
  ['letters in circles', 'https://\u24dbocalhost/'],
  ['encoded letters', 'https://%61pi.example.com/'],
  ['this machine as one number', 'https://2130706433/'],
  ['this machine in octal', 'https://0177.0.0.1/'],
  ['this machine in hexadecimal', 'https://0x7f000001/'],
  ['this machine in hexadecimal parts', 'https://0x7f.0x0.0x0.0x1/'],
  ['this machine in two parts', 'https://127.1/'],
  ['the metadata service as one number', 'https://2852039166/'],
  ['the metadata service in mixed parts', 'https://0xa9.254.0251.254/'],
  ['digits in circles', 'https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/'],
  ['fullwidth digits', 'https://\uff11\uff12\uff17.0.0.1/'],
  ['an address with a dot at its end', 'https://127.0.0.1./'],
  ['numbers out of range', 'https://256.1.1.1/'],
  ['IPv6 in its long form', 'https://[0:0:0:0:0:0:0:1]/'],
  ['v4-mapped in dots', 'https://[::ffff:127.0.0.1]/'],
  ['a zone', 'https://[fe80::1%25eth0]/'],
  ['dot segments', 'https://api.example.com/a/../b'],
  ['encoded dot segments', 'https://api.example.com/a/%2e%2e/b'],
  ['half-encoded dot segments', 'https://api.example.com/a/.%2E/b'],
  ['a dot', 'https://api.example.com/./a'],
  ['a backslash in the path', 'https://api.example.com/a\\..\\b'],
  ['a blank in the path', 'https://api.example.com/a b'],
  ['a quote in the query', 'https://api.example.com/?a="'],
  ['half of a surrogate pair', 'https://api.example.com/\ud800'],
])('%s is no URL to be asked: nothing is resolved', async (_name, url) => {
  expect(await ask(url)).toEqual(refused('url_refused'));
});

test.each([
  ['this machine', 'https://127.0.0.1/'],
  ['this machine by IPv6', 'https://[::1]/'],
  ['nowhere', 'https://0.0.0.0/'],
  ['nowhere by IPv6', 'https://[::]/'],
  ['the Runtime API of Lambda', 'https://127.0.0.1:9001/'],
  ['the metadata service', 'https://169.254.169.254/'],
  ['the metadata service by IPv6', 'https://[fd00:ec2::254]/'],
  ['a private network', 'https://10.0.0.1/'],
  ['a private network by IPv6', 'https://[fd12::1]/'],
  ['carrier-grade NAT', 'https://100.64.0.1/'],
  ['multicast', 'https://224.0.0.1/'],
  ['broadcast', 'https://255.255.255.255/'],
  ['v4-mapped', 'https://[::ffff:7f00:1]/'],
  ['v4-compatible', 'https://[::7f00:1]/'],
  ['NAT64', 'https://[64:ff9b::a9fe:a9fe]/'],
  ['6to4', 'https://[2002:7f00:1::]/'],
  ['Teredo', 'https://[2001::1]/'],
  ['link-local', 'https://[fe80::1]/'],
])('%s is refused by its address, even on the list', async (_name, url) => {
  expect(await ask(url)).toEqual(refused('address_refused'));
  // As a URL that is already parsed it is no other.
  expect(await ask(new URL(url))).toEqual(refused('address_refused'));
});

test.each([
  ['another host', 'https://evil.example/'],
  ['a host that starts like it', 'https://api.example.com.evil.example/'],
  ['a host that ends like it', 'https://evil-api.example.com/'],
  ['a host below it', 'https://x.api.example.com/'],
  ['the host above it', 'https://example.com/'],
  ['another port', 'https://api.example.com:8443/'],
  ['the port of http', 'https://api.example.com:80/'],
  ['a public address', 'https://1.1.1.1/'],
])('%s is not on the list', async (_name, url) => {
  expect(await ask(url, { hosts: new Set(['api.example.com']) })).toEqual(refused('host_not_allowed'));
});

test.each([
  ['an encoded metadata address as a name', new URL('https://2852039166/'), 'address_refused'],
  ['capitals and dots', new URL('https://127.1/'), 'address_refused'],
  ['a user', new URL('https://user@api.example.com/'), 'url_refused'],
  ['a fragment', new URL('https://api.example.com/#x'), 'url_refused'],
  ['http', new URL('http://api.example.com/'), 'url_refused'],
])('a parsed URL with %s passes no other guard', async (_name, url, reason) => {
  expect(await ask(url)).toEqual(refused(reason));
});

describe('names', () => {
  /** What becomes of a request to a listed name with these addresses, before any connection. */
  async function resolveTo(addresses: readonly string[], more: Partial<NetPolicy> = {}, host = 'api.example.com') {
    const { resolve, asked } = answering(addresses);
    const send = createGuardedClient(localPolicy(host, more), { resolve });
    const refusal = await send({ method: 'GET', url: `https://${host}/` }, LIMITS).catch((error: unknown) => error);
    return { refusal, asked };
  }
  const refusedByAnswer = (reason: string, host = 'api.example.com') => ({ ...refused(reason), asked: [host] });

  test.each([
    ['this machine', ['127.0.0.1']],
    ['a private network', ['10.1.2.3']],
    ['the metadata service', ['169.254.169.254']],
    ['the metadata service by IPv6', ['fd00:ec2::254']],
    ['v4-mapped', ['::ffff:10.0.0.1']],
    ['a zone', ['fe80::1%eth0']],
    ['a public and a private one', ['1.1.1.1', '10.0.0.1']],
    ['a public one and this machine by IPv6', ['1.1.1.1', '::1']],
    ['no address at all', ['']],
  ])('a name that leads to %s is refused as a whole', async (_name, addresses) => {
    expect(await resolveTo(addresses)).toEqual(refusedByAnswer('address_refused'));
  });

  test('an empty answer, and an error, is a name that was not resolved', async () => {
    const failing = createGuardedClient(localPolicy('api.example.com'), {
      resolve: (_hostname, done) => done(new Error('getaddrinfo ENOTFOUND api.example.com'), []),
    });
    expect(await resolveTo([])).toEqual(refusedByAnswer('not_resolved'));
    await expect(failing({ method: 'GET', url: 'https://api.example.com/' }, LIMITS)).rejects.toMatchObject({
      message: 'not_resolved',
      sent: false,
    });
  });

  test.each([
    ['this machine', ['127.0.0.1']],
    ['this machine by IPv6', ['::1']],
    ['link-local', ['169.254.10.1']],
    ['the metadata service by IPv6', ['fd00:ec2::254']],
    ['a private one and this machine', ['10.0.0.1', '127.0.0.1']],
    ['multicast', ['239.1.1.1']],
  ])('a private destination is not %s', async (_name, addresses) => {
    expect(await resolveTo(addresses, { allowPrivate: true })).toEqual(refusedByAnswer('address_refused'));
  });

  test.each([
    ['a public address', ['1.1.1.1']],
    ['a private address', ['10.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
  ])('the name of this machine does not lead to %s', async (_name, addresses) => {
    expect(await resolveTo(addresses, {}, 'localhost')).toEqual(refusedByAnswer('address_refused', 'localhost'));
  });

  test('without leave for this machine its name is not even resolved', async () => {
    expect(await resolveTo(['127.0.0.1'], PUBLIC, 'localhost')).toEqual(refused('address_refused'));
    expect(await resolveTo(['10.0.0.1'], { ...PUBLIC, allowPrivate: true }, 'localhost')).toEqual(
      refused('address_refused'),
    );
  });

  test('a second answer that leads elsewhere is never asked for: the address that was checked is the one connected to', async () => {
    const server = await startRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
    );
    const host = server.host.replace('127.0.0.1', 'localhost');
    const { resolve, asked } = answering(['127.0.0.1'], ['169.254.169.254']);
    const send = createGuardedClient(localPolicy(host), { resolve });
    const request = { method: 'GET', url: `http://${host}/` } as const;
    const first = await send(request, LIMITS);
    const askedFirst = [...asked];
    const second = await send(request, LIMITS).catch((error: unknown) => error);
    server.close();
    expect([first.status, askedFirst, server.connections()]).toEqual([200, ['localhost'], 1]);
    expect(second).toMatchObject({ message: 'address_refused', sent: false });
  });
});

test.each([
  ['with a scheme', 'https://api.example.com'],
  ['with a path', 'api.example.com/v1'],
  ['with the usual port', 'api.example.com:443'],
  ['with a wildcard and a slash', '*/'],
  ['in capitals', 'API.example.com'],
  ['in another script', 'bücher.example'],
  ['as a number', '2130706433'],
  ['with a user', 'user@api.example.com'],
  ['with a dot at its end', 'api.example.com.'],
  ['that is empty', ''],
])('a policy with a host %s does not start', (_name, host) => {
  expect(() => createGuardedClient(localPolicy(host))).toThrow('is no host as URLs have it');
});
