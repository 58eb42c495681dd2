import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bind, close, findFreePort } from '../../cli/dev/network.ts';
import {
  allowPlainHttp,
  allowWithoutKmsKeys,
  allowWithoutLeadingKeys,
  dropBranding,
  joinProviderUrl,
  referToSecrets,
  withoutMetricMath,
} from './edits.ts';
import { awsEnvironment, requireLoopback } from './environment.ts';
import { createRewritingFetch } from './rewriting-fetch.ts';
import { createStory, type Step } from './story.ts';

describe('the environment of the deploy test', () => {
  test.each(['https://dynamodb.us-east-1.amazonaws.com', 'http://10.0.0.7:4566', 'http://127.0.0.1.example.com'])(
    'is refused for %s',
    (endpoint) => {
      expect(() => awsEnvironment(endpoint, '/tmp')).toThrow(`${endpoint} is not on this machine: refusing to go on.`);
    },
  );

  test('has nothing of the AWS and CDK settings around it', () => {
    const kept = process.env;
    process.env = {
      PATH: '/bin',
      AWS_PROFILE: 'prod',
      AWS_ENDPOINT_URL_DYNAMODB: 'https://x',
      CDK_DEFAULT_ACCOUNT: '1',
    };
    try {
      const { PATH, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB, CDK_DEFAULT_ACCOUNT, AWS_ACCESS_KEY_ID, HOME } =
        awsEnvironment('http://127.0.0.1:1', '/work-dir');
      expect([PATH, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB, CDK_DEFAULT_ACCOUNT, AWS_ACCESS_KEY_ID, HOME]).toEqual([
        '/bin',
        undefined,
        undefined,
        undefined,
        'test',
        '/work-dir',
      ]);
    } finally {
      process.env = kept;
    }
  });
});

describe('the rewriting fetch', () => {
  let server: Server;
  let to: string;
  const seen: Array<Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { readonly body: string }> = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(202, { 'www-authenticate': 'Bearer x="1"', 'set-cookie': ['a=1', 'b=2'] });
      response.end(`${request.method} seen`);
    });
    const port = await findFreePort();
    await bind(server, port, '127.0.0.1');
    to = `http://127.0.0.1:${port}`;
  });

  afterAll(() => close(server));

  test('sends a request for the believed origin to the real place, with the Host given and all else as it was', async () => {
    const send = createRewritingFetch({ from: 'https://abc.example.com', to, host: 'abc.execute-api.localhost' });
    const response = await send('https://abc.example.com/mcp?q=1', {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: '{"ü":1}',
    });
    const [{ method, url, headers, body }] = seen.splice(0) as typeof seen & { 0: (typeof seen)[number] };
    expect({
      sent: [
        method,
        url,
        headers.host,
        headers.authorization,
        headers['content-type'],
        headers['content-length'],
        body,
      ],
      got: [
        response.status,
        response.headers.get('www-authenticate'),
        response.headers.getSetCookie(),
        await response.text(),
      ],
    }).toEqual({
      sent: ['POST', '/mcp?q=1', 'abc.execute-api.localhost', 'Bearer t', 'application/json', '8', '{"ü":1}'],
      got: [202, 'Bearer x="1"', ['a=1', 'b=2'], 'POST seen'],
    });
  });

  test('passes requests for this machine on, and refuses the rest of the world', async () => {
    const send = createRewritingFetch({ from: 'https://abc.example.com', to, host: 'abc.execute-api.localhost' });
    const { status } = await send(`${to}/jwks`);
    expect([status, seen.splice(0).map(({ url }) => url)]).toEqual([202, ['/jwks']]);
    await expect(send('https://abc.example.com.evil.test/mcp')).rejects.toThrow('is not on this machine');
  });

  test('is not made for a place that is not on this machine', () => {
    expect(() => createRewritingFetch({ from: 'https://a.example', to: 'https://b.example', host: 'a' })).toThrow(
      'is not on this machine',
    );
    expect(requireLoopback('http://[::1]:80/')).toBe('http://[::1]:80/');
  });
});

describe('the story of the deploy test', () => {
  async function tell(...chapters: ReadonlyArray<(step: Step) => Promise<void>>) {
    const lines: string[] = [];
    const story = createStory({ print: (line) => lines.push(line), evidence: () => 'the log' });
    for (const [at, chapter] of chapters.entries()) await story.chapter(`chapter ${at + 1}`, chapter);
    return { good: story.end(), last: lines.at(-1), told: lines.join('\n') };
  }
  const works = async (step: Step) => void (await step('it works', async () => 1));
  const fails = async (step: Step) => {
    await step('it fails', async () => {
      throw new Error('broken');
    });
    await step('it is never reached', async () => 1);
  };

  test('counts what held', async () => {
    expect(await tell(works, works)).toMatchObject({ good: true, last: '\n2 passed, 0 failed' });
  });

  test('ends a chapter at the first failure, shows the evidence, and goes on with the next', async () => {
    const { good, last, told } = await tell(fails, works);
    expect({ good, last, shown: ['broken', 'the log', 'never reached'].map((text) => told.includes(text)) }).toEqual({
      good: false,
      last: '\n1 passed, 1 failed',
      shown: [true, true, false],
    });
  });

  test('counts what fails between steps, and nothing at all is a failure too', async () => {
    const between = async () => {
      throw new Error('between');
    };
    expect([(await tell(works, between)).last, (await tell()).good]).toEqual(['\n1 passed, 1 failed', false]);
  });
});

describe('the edits of templates', () => {
  test('change what the emulator cannot read and nothing else', () => {
    const pool = { 'Fn::GetAtt': ['Pool1', 'ProviderURL'] };
    const branding = { Type: 'AWS::Cognito::ManagedLoginBranding' };
    const template = JSON.stringify({ Resources: { A: { Type: 'X', url: pool }, B: branding } });
    const joined = { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['Pool1', 'ProviderName'] }]] };
    expect([
      JSON.parse(dropBranding(joinProviderUrl(template))),
      allowPlainHttp('  aws:SecureTransport: "false"'),
    ]).toEqual([{ Resources: { A: { Type: 'X', url: joined } } }, '  aws:SecureTransport: "never"']);
  });

  test('refer to every secret by its ARN', () => {
    const secret = { Type: 'AWS::SecretsManager::Secret' };
    const user = { Type: 'X', arn: { Ref: 'S' }, again: [{ Ref: 'S' }], other: { Ref: 'T' } };
    const byArn = { 'Fn::GetAtt': ['S', 'Id'] };
    expect(JSON.parse(referToSecrets(JSON.stringify({ Resources: { S: secret, U: user } })))).toEqual({
      Resources: { S: secret, U: { ...user, arn: byArn, again: [byArn] } },
    });
  });

  test('leave an alarm over several metrics its first one', () => {
    const metric = { Namespace: 'N', MetricName: 'M', Dimensions: [] };
    const Metrics = [{ Expression: 'a+b' }, { MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } }];
    const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { Threshold: 1, Metrics } };
    expect(JSON.parse(withoutMetricMath(JSON.stringify({ Resources: { A: alarm } })))).toEqual({
      Resources: {
        A: { Type: 'AWS::CloudWatch::Alarm', Properties: { Threshold: 1, ...metric, Period: 60, Statistic: 'Sum' } },
      },
    });
  });

  test('take away conditions that the emulator can never meet, and leave the others of the statement', () => {
    const keys = { 'dynamodb:LeadingKeys': ['U#*'] };
    const query = { 'ForAllValues:StringLike': keys, Null: { 'dynamodb:LeadingKeys': 'false' } };
    const decrypt = { StringEquals: { 'kms:EncryptionContext:purpose': 'p' } };
    const mixed = { StringEquals: { 'kms:MessageType': 'RAW', 'aws:PrincipalAccount': '1' } };
    const template = JSON.stringify([query, decrypt, mixed].map((Condition) => ({ Condition })));
    expect(JSON.parse(allowWithoutKmsKeys(allowWithoutLeadingKeys(template)))).toEqual([
      { Condition: { 'ForAllValues:StringLike': keys } },
      { Condition: {} },
      { Condition: { StringEquals: { 'aws:PrincipalAccount': '1' } } },
    ]);
  });

  test.each([
    allowPlainHttp,
    allowWithoutKmsKeys,
    allowWithoutLeadingKeys,
    joinProviderUrl,
    dropBranding,
    referToSecrets,
    withoutMetricMath,
  ])('fail when there is nothing to change', (edit) => {
    expect(() => edit('{"Resources":{}}')).toThrow(/^The template has no /);
  });
});
