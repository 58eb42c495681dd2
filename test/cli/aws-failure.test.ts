import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { awsSentence, stackProblem } from '../../cli/aws-failure.ts';
import { close } from '../../cli/dev/network.ts';
import { projectRoot } from '../../infra/project.ts';
import { GatewayError } from '../../shared/core/errors.ts';

const execute = promisify(execFile);
const SECRET = 'AKIAIOSFODNN7EXAMPLE';

const ofService = (name: string) =>
  Object.assign(new Error(`text with ${SECRET}`), { name, $fault: 'client', $metadata: {} });

describe('an error of AWS is a sentence with the next step, and none of its own text', () => {
  test.each<readonly [string, Error, RegExp]>([
    ['no rights', ofService('AccessDeniedException'), /^AccessDeniedException: Your AWS credentials may not do this\./],
    ['an expired token', ofService('ExpiredTokenException'), /expired\. Sign in again/],
    ['a wrong key', ofService('InvalidAccessKeyId'), /does not accept these credentials/],
    ['no bucket', ofService('NoSuchBucket'), /^NoSuchBucket: There is no such bucket\./],
    ['a bucket elsewhere', ofService('PermanentRedirect'), /in another region\. Set AWS_REGION/],
    ['anything else', ofService('Strange\u001b[2J'), /^Strange\?\?2J: AWS did not do it\./],
    ['no region', new Error('Region is missing'), /^NoRegion: No AWS region is set\. Set AWS_REGION\.$/],
    ['no credentials', Object.assign(new Error(SECRET), { name: 'CredentialsProviderError' }), /no AWS credentials/],
    [
      'nobody there',
      Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }),
      /^ECONNREFUSED: The service cannot be/,
    ],
    [
      'nobody there, of fetch',
      new TypeError('x', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
      /^ENO/,
    ],
    [
      'one within one of the gateway',
      new GatewayError('AUDIT_UNAVAILABLE', { cause: ofService('ThrottlingException') }),
      /^ThrottlingException: AWS is asked too much\./,
    ],
  ])('for %s', (_name, error, sentence) => {
    expect(awsSentence(error)).toMatch(sentence);
    expect(awsSentence(error)).not.toContain(SECRET);
  });

  test('but a stack that is not there is named as CloudFormation names it', () => {
    const error = Object.assign(ofService('ValidationError'), { message: 'Stack with id X does not exist' });
    expect(stackProblem(error)).toBe('Stack with id X does not exist.');
  });

  test.each<readonly [string, unknown]>([
    ['another error', new Error('x')],
    ['a file that is not there', Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['no error', 'x'],
  ])('and %s is none', (_name, error) => {
    expect(awsSentence(error)).toBeUndefined();
  });
});

describe('a command that AWS refuses', () => {
  let aws: Server;
  beforeAll(async () => {
    aws = createServer((_request, response) => {
      const body = `<Error><Code>AccessDenied</Code><Message>${SECRET}</Message></Error>`;
      response.writeHead(403, { 'content-type': 'application/xml' }).end(body);
    });
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => close(aws));

  test('ends with 1 and that sentence, without a trace', async () => {
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: SECRET,
      AWS_SECRET_ACCESS_KEY: 'y',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    };
    const args = ['audit', 'prove', '019ab845-6a00-7abc-8def-0123456789ab', '--archive', 's3://127.0.0.1'];
    const ended = execute(process.execPath, ['cli/gatehouse.mjs', ...args], { cwd: projectRoot, env });
    await expect(ended).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^AccessDenied: Your AWS credentials may not do this\. .*\n$/),
    });
  });
});
