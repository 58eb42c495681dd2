import { describe, expect, test } from '@jest/globals';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { createSignRequest } from '../../../shared/aws/sign-request.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import type { NetPolicy } from '../../../shared/net/guarded-client.ts';
import { NetError } from '../../../shared/net/net-error.ts';
import type { NetAnswer, NetRequest } from '../../../shared/net/send.ts';
import { createUserSessions } from '../../../shared/store/user-sessions.ts';
import { captureLog } from '../../support/log.ts';

const ALICE = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF' as Uid;
const ROLE = 'arn:aws:iam::123456789012:role/Gatehouse-UserData';
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'of-the-function' };

const answerOf = (token: string): Pick<NetAnswer, 'status'> & { readonly text: string } => ({
  status: 200,
  text: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/x/y</Arn></AssumedRoleUser>
    <Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
    <SessionToken>${token}</SessionToken><Expiration>2026-11-25T10:00:00Z</Expiration></Credentials>
    </AssumeRoleResult></AssumeRoleResponse>`,
});

interface Sent {
  readonly policy: NetPolicy;
  readonly request: NetRequest;
}

/** STS as this test says, and a database that tells by whose session it was asked. */
function createWorld(answer: (asked: number) => ReturnType<typeof answerOf> | Error, arn = ROLE) {
  const time = { now: 1_795_600_000_000 };
  const sent: Sent[] = [];
  const { log, lines } = captureLog();
  const clock = () => time.now;
  const connect = (policy: NetPolicy) => async (request: NetRequest) => {
    sent.push({ policy, request });
    time.now += 40;
    const given = answer(sent.length);
    if (given instanceof Error) throw given;
    return { status: given.status, headers: {}, body: Buffer.from(given.text) };
  };
  const dynamoOf = ({ sessionToken }: { readonly sessionToken: string }): Dynamo => {
    const tell = (name: string) => async (_table: string, _about: unknown, more?: object) => ({
      name,
      sessionToken,
      ...more,
    });
    return {
      get: tell('get'),
      put: tell('put'),
      putIfAbsent: tell('putIfAbsent'),
      delete: tell('delete'),
      query: async (_table: string, input: object) => ({ name: 'query', sessionToken, ...input }),
    } as unknown as Dynamo;
  };
  const signRequest = createSignRequest({ credentials: async () => KEYS, now: clock });
  const options = { roleArn: arn, region: 'eu-central-1' };
  const dynamo = createUserSessions(options, { clock, log, signRequest, connect, dynamoOf });
  return { dynamo, sent, lines, time };
}

const one = createWorld.bind(undefined, () => answerOf('token/of+alice=='));
const KEY = { pk: `U#${ALICE}#notes`, sk: 'k' };

describe('the session of a user', () => {
  test('is asked of STS in this region, signed, with the user as tag and as name', async () => {
    const { dynamo, sent } = one();
    await dynamo(ALICE).get('State', KEY);
    const [{ policy, request }] = sent as [Sent];
    const { authorization = '', ...headers } = request.headers ?? {};
    expect({ ...request, headers, body: Object.fromEntries(new URLSearchParams(String(request.body))) }).toEqual({
      method: 'POST',
      url: 'https://sts.eu-central-1.amazonaws.com/',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-amz-content-sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
        'x-amz-date': expect.any(String),
        'x-amz-security-token': 'of-the-function',
      },
      body: {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: ROLE,
        RoleSessionName: ALICE,
        DurationSeconds: '900',
        'Tags.member.1.Key': 'uid',
        'Tags.member.1.Value': ALICE,
      },
    });
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sts\/aws4_request, /);
    expect([policy.hosts, policy.allowHttpLoopback]).toEqual([new Set(['sts.eu-central-1.amazonaws.com']), false]);
  });

  test('in China is asked there', async () => {
    const { dynamo, sent } = createWorld(() => answerOf('token'.repeat(4)), ROLE.replace('arn:aws:', 'arn:aws-cn:'));
    await dynamo(ALICE).get('State', KEY);
    expect(sent[0]?.request.url).toBe('https://sts.eu-central-1.amazonaws.com.cn/');
  });

  test('does every operation, and what it took to begin is not there for the first', async () => {
    const { dynamo } = one();
    const own = dynamo(ALICE);
    const query = { partition: { name: 'pk', value: KEY.pk }, limit: 1, newestFirst: false, withinMs: 500 };
    const seen = [
      await own.get('State', KEY, { withinMs: 500, consistent: true }),
      await own.put('State', KEY, { withinMs: 500 }),
      await own.putIfAbsent('State', KEY, { withinMs: 500 }),
      await own.delete('State', KEY),
      await own.query('State', { ...query, sort: { name: 'sk', from: 'a', to: 'z' } }),
    ];
    expect(seen).toMatchObject([
      { name: 'get', withinMs: 460, consistent: true },
      { name: 'put', withinMs: 500 },
      { name: 'putIfAbsent', withinMs: 500 },
      { name: 'delete' },
      { name: 'query', withinMs: 500, limit: 1 },
    ]);
    expect(new Set(seen.map((answer) => (answer as unknown as { sessionToken: string }).sessionToken))).toEqual(
      new Set(['token/of+alice==']),
    );
  });

  test('serves 14 minutes for all operations, also those at once, and is nobody else’s', async () => {
    const bob = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EG' as Uid;
    const { dynamo, sent, time } = createWorld((asked) => answerOf(`session/token/${asked}`.padEnd(20, '=')));
    const ask = async (uid: Uid) => (await dynamo(uid).get('State', KEY)) as { readonly sessionToken?: string };
    const [first, second, other] = await Promise.all([ask(ALICE), ask(ALICE), ask(bob)]);
    time.now += 839_000;
    const same = await ask(ALICE);
    time.now += 1001;
    const next = await ask(ALICE);
    expect([first, second, same, other, next].map(({ sessionToken }) => sessionToken)).toEqual([
      'session/token/1=====',
      'session/token/1=====',
      'session/token/1=====',
      'session/token/2=====',
      'session/token/3=====',
    ]);
    expect(sent.length).toBe(3);
  });

  test('of one that was not seen for long makes room: an instance keeps a hundred', async () => {
    const { dynamo, sent } = one();
    const uidOf = (at: number) => `usr_01K9Z6V3M4Q8T2X7B5N1C0D${String(at).padStart(3, '0')}` as Uid;
    for (let at = 0; at < 101; at++) await dynamo(uidOf(at)).get('State', KEY);
    await dynamo(uidOf(100)).get('State', KEY);
    await dynamo(uidOf(0)).get('State', KEY);
    expect(sent.length).toBe(102);
  });
});

describe('without a session', () => {
  const ending = (world: ReturnType<typeof createWorld>) =>
    world
      .dynamo(ALICE)
      .get('State', KEY)
      .then(
        () => 'read',
        ({ name, message }: Error) => `${name} ${message}`,
      );

  test.each([
    ['STS refuses', { status: 403, text: '<Error><Message>role arn:aws:iam::123</Message></Error>' }, 'http_403'],
    ['STS is not reached', new NetError('connect_failed'), 'connect_failed'],
    ['the answer has no credentials', { status: 200, text: '<x/>' }, 'no credentials in the answer'],
    ['a token is none', answerOf('no<token>at all'), 'no credentials in the answer'],
  ])('nothing is read or written: %s', async (_why, answer, cause) => {
    const world = createWorld(() => answer);
    expect(await ending(world)).toBe(`SessionUnavailable ${cause}`);
    expect(world.lines).toEqual([{ level: 'warn', event: 'session.failed', dependency: 'sts', cause }]);
  });

  test('the next operation asks again', async () => {
    const world = createWorld((asked) => (asked === 1 ? new NetError('timed_out') : answerOf('token'.repeat(4))));
    expect([await ending(world), await ending(world)]).toEqual(['SessionUnavailable timed_out', 'read']);
  });

  test('none is asked for once the time is over, or for a name that no user has', async () => {
    const { dynamo, sent } = one();
    const late = dynamo(ALICE).get('State', KEY, { withinMs: 0 });
    await expect(late).rejects.toThrow('no time is left');
    await expect(dynamo('usr_*' as Uid).get('State', KEY)).rejects.toThrow('no user has this name');
    expect(sent).toEqual([]);
  });

  test('what is no role ends the start of the function', () => {
    expect(() => createWorld(() => answerOf('x'), 'Gatehouse-UserData')).toThrow('USER_ROLE is no ARN of a role');
  });
});
