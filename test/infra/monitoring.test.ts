import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { type Resource, synthGateway } from '../../infra/synth.ts';
import { METRICS } from '../../shared/core/metrics.ts';

const external = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const synth = (context: Record<string, string> = {}) =>
  synthGateway({ context: { ...external, ...context }, bundling: false }).template;
const everything = synth({ reservedConcurrency: '50' });
const relay = synth({
  authorizationServer: 'relay',
  upstreamClientId: 'gatehouse',
  upstreamClientSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:upstream-a1B2c3',
});

function all(type: string, { Resources } = everything): readonly Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type);
}
const alarmsOf = (template = everything) =>
  all('AWS::CloudWatch::Alarm', template).map(({ Properties = {} }) => Properties);

/** Namespace and name of every metric in an alarm or a widget. */
function metricsIn(text: string): readonly string[] {
  const inAlarms = [...text.matchAll(/"MetricName":"([^"]+)","Namespace":"([^"]+)"/g)].map(
    ([, name, space]) => `${space} ${name}`,
  );
  return [...new Set(inAlarms)].sort();
}

describe('alarms', () => {
  test('watch answers, capacity, dependencies and people, each over its metrics', () => {
    expect(
      alarmsOf().map((one) => [
        one['AlarmName'],
        one['Threshold'],
        one['EvaluationPeriods'],
        metricsIn(JSON.stringify(one)),
      ]),
    ).toEqual([
      ['Gatehouse-ServerErrors', 1, 2, ['AWS/ApiGateway 5xx', 'AWS/ApiGateway Count']],
      ['Gatehouse-SlowAnswers', 3000, 3, ['AWS/ApiGateway Latency']],
      ['Gatehouse-FunctionErrors', 1, 1, ['AWS/Lambda Errors']],
      ['Gatehouse-FunctionThrottles', 1, 1, ['AWS/Lambda Throttles']],
      ['Gatehouse-ApiThrottles', 10, 1, ['Gatehouse Gatehouse-throttledRequests']],
      ['Gatehouse-TableThrottles', 10, 1, ['AWS/DynamoDB ReadThrottleEvents', 'AWS/DynamoDB WriteThrottleEvents']],
      ['Gatehouse-Concurrency', 40, 1, ['AWS/Lambda ConcurrentExecutions']],
      ['Gatehouse-AuditTrail', 1, 1, ['Gatehouse alarms']],
      ['Gatehouse-IdentityProvider', 3, 1, ['Gatehouse dependencyErrors']],
      ['Gatehouse-Tables', 3, 1, ['Gatehouse dependencyErrors']],
      ['Gatehouse-AuditSweep', 1, 2, ['AWS/Lambda Invocations']],
      ['Gatehouse-AuditSeal', 1, 2, ['AWS/Lambda Invocations']],
      ['Gatehouse-AuditArchive', 3_600_000, 1, ['AWS/Lambda IteratorAge']],
      ['Gatehouse-AuditReplay', 3600, 1, ['AWS/SQS ApproximateAgeOfOldestMessage']],
      ['Gatehouse-AuthFailures', 100, 1, ['Gatehouse authFailures']],
      ['Gatehouse-Denials', 50, 1, ['Gatehouse denials']],
    ]);
  });

  test('of a relay watch the token endpoint of the provider and the secrets, too', () => {
    const names = (template: typeof everything) => alarmsOf(template).map(({ AlarmName }) => AlarmName);
    const relayed = alarmsOf(relay).filter(({ AlarmName }) => /IdentityProvider|RelaySecrets/.test(String(AlarmName)));
    const dependencies = relayed.map((one) =>
      [...JSON.stringify(one).matchAll(/"Name":"dependency","Value":"(\w+)"/g)].map(([, name]) => name),
    );
    expect([names(relay).filter((name) => !names(synth()).includes(name)), dependencies]).toEqual([
      ['Gatehouse-RelaySecrets'],
      [['jwks', 'discovery', 'upstream'], ['secrets']],
    ]);
  });

  test('of a gateway whose tools call services watch the breakers of these, too', () => {
    const names = alarmsOf(synth({ demoBackend: 'true' })).map(({ AlarmName }) => AlarmName);
    expect(names.filter((name) => !alarmsOf(synth()).some(({ AlarmName }) => AlarmName === name))).toEqual([
      'Gatehouse-Backends',
      'Gatehouse-SigningKeys',
    ]);
  });

  test('use metrics of ours under names that the functions write', () => {
    const names = alarmsOf().flatMap((one) => metricsIn(JSON.stringify(one)));
    const ours = names.flatMap((name) => /^Gatehouse (?!Gatehouse-)(.+)/.exec(name)?.[1] ?? []);
    const written = new Set<string>(Object.values(METRICS));
    expect([...new Set(ours)].filter((name) => !written.has(name))).toEqual([]);
  });

  test('are within what CloudWatch computes: ten metrics, lower-case ids, one result, each name defined', () => {
    const computed = alarmsOf().flatMap(({ AlarmName, Metrics }) => (Metrics ? [[AlarmName, Metrics] as const] : []));
    const sound = computed.map(([name, metrics]) => {
      const list = metrics as ReadonlyArray<{ Id: string; Expression?: string; ReturnData: boolean }>;
      const [result, ...inputs] = [...list].sort((a, b) => Number(b.ReturnData) - Number(a.ReturnData));
      const used = result!.Expression!.match(/\b[a-z]\w*/g) ?? [];
      return [
        name,
        list.every(({ Id }) => /^[a-z]\w*$/.test(Id)) && inputs.every(({ ReturnData }) => !ReturnData),
        inputs.length <= 10 &&
          inputs
            .map(({ Id }) => Id)
            .sort()
            .join() === [...new Set(used)].sort().join(),
      ];
    });
    expect(sound).toEqual(
      [
        'ServerErrors',
        'FunctionErrors',
        'FunctionThrottles',
        'TableThrottles',
        'IdentityProvider',
        'Tables',
        'AuditSweep',
        'AuditSeal',
        'AuthFailures',
      ].map((id) => [`Gatehouse-${id}`, true, true]),
    );
  });

  test('add up what has data, also where the other metrics never had any', () => {
    const expressionOf = (id: string) =>
      JSON.stringify(alarmsOf().find((one) => one['AlarmName'] === `Gatehouse-${id}`)).match(
        /"Expression":"([^"]+)"/,
      )?.[1];
    expect(['IdentityProvider', 'AuthFailures'].map(expressionOf)).toEqual([
      'SUM([FILL(idp0, 0), FILL(idp1, 0)])',
      'SUM([failures, -1 * FILL(missing, 0), -1 * FILL(expired, 0)])',
    ]);
  });

  test('are as many, over as many metrics, as docs/operate.md counts the price of', () => {
    const alarms = alarmsOf(synth());
    const metrics = alarms.flatMap(({ Metrics = [{ MetricStat: true }] }) =>
      (Metrics as ReadonlyArray<object>).filter((one) => 'MetricStat' in one),
    );
    const text = readFileSync(join(projectRoot, 'docs/operate.md'), 'utf8');
    expect(/default stack has (\d+) alarms over (\d+) metrics/.exec(text)?.slice(1).map(Number)).toEqual([
      alarms.length,
      metrics.length,
    ]);
  });

  test('go off at their threshold, and without data those alone whose function has to run', () => {
    expect(new Set(alarmsOf().map((one) => one['ComparisonOperator']))).toEqual(
      new Set(['GreaterThanOrEqualToThreshold']),
    );
    const loud = alarmsOf().filter((one) => one['TreatMissingData'] !== 'notBreaching');
    expect(loud.map((one) => [one['AlarmName'], one['TreatMissingData']])).toEqual([
      ['Gatehouse-AuditSweep', 'breaching'],
      ['Gatehouse-AuditSeal', 'breaching'],
    ]);
  });

  test('each links to a heading of the runbook', () => {
    const text = readFileSync(join(projectRoot, 'docs/operate.md'), 'utf8');
    const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...alarmsOf(), ...alarmsOf(relay)].map(
      (one) => /What to do: docs\/operate\.md#(\S+)$/.exec(String(one['AlarmDescription']))?.[1],
    );
    expect([links.length, links.filter((link) => link === undefined || !headings.includes(link))]).toEqual([32, []]);
  });

  test('take their thresholds and the place of the runbook from parameters', () => {
    const template = synth({
      alarmLatencyMs: '9000',
      alarmAuthFailures: '7',
      alarmDenials: '8',
      runbookUrl: 'https://wiki.acme.com/operate',
    });
    const found = alarmsOf(template).filter((one) => /Slow|Auth|Denials/.test(String(one['AlarmName'])));
    expect(found.map((one) => [one['Threshold'], one['AlarmDescription']])).toEqual([
      [
        9000,
        '1 in 100 requests took 9000 ms or longer, for 15 minutes. What to do: https://wiki.acme.com/operate#slow-answers',
      ],
      [7, expect.stringMatching(/^7 tokens .* https:\/\/wiki\.acme\.com\/operate#authentication-failures$/)],
      [8, expect.stringMatching(/^8 requests were denied, .*#denials$/)],
    ]);
  });

  test('without reserved concurrency there is none to use up', () => {
    expect(alarmsOf(synth()).map((one) => one['AlarmName'])).not.toContain('Gatehouse-Concurrency');
  });
});

describe('who is told', () => {
  const actionsOf = (template = everything) =>
    alarmsOf(template).map((one) => JSON.stringify([one['AlarmActions'], one['OKActions']]));

  test('nobody, when nobody is named', () => {
    expect([new Set(actionsOf()), all('AWS::SNS::Topic').length]).toEqual([new Set(['[null,null]']), 0]);
  });

  test('an address, by a topic that only alarms of this account may publish to', () => {
    const template = synth({ alarmEmail: 'oncall@acme.com' });
    const [subscription] = all('AWS::SNS::Subscription', template);
    const [policy] = all('AWS::SNS::TopicPolicy', template);
    const { Statement } = policy!.Properties!['PolicyDocument'] as { Statement: Array<Record<string, unknown>> };
    expect([
      new Set(actionsOf(template)).size,
      actionsOf(template)[0],
      subscription!.Properties!['Endpoint'],
      Statement.map(({ Effect, Action, Principal }) => [Effect, Action, Principal]),
      JSON.stringify(Statement[1]!['Condition']),
    ]).toEqual([
      1,
      expect.stringMatching(/^\[\[\{"Ref":"AlarmsTopic\w+"\}\],\[\{"Ref":"AlarmsTopic\w+"\}\]\]$/),
      'oncall@acme.com',
      [
        ['Deny', 'sns:Publish', '*'],
        ['Allow', 'sns:Publish', { Service: 'cloudwatch.amazonaws.com' }],
      ],
      expect.stringContaining('ArnLike'),
    ]);
  });

  test('a topic of your own', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:123456789012:oncall';
    const template = synth({ alarmTopicArn });
    expect([new Set(actionsOf(template)), all('AWS::SNS::Topic', template).length]).toEqual([
      new Set([JSON.stringify([[alarmTopicArn], [alarmTopicArn]])]),
      0,
    ]);
  });
});

test('the dashboard shows every metric of ours, and the alarms', () => {
  const [board] = all('AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(board!.Properties!['DashboardBody']);
  // `alarms` is an alarm itself.
  const missing = Object.values(METRICS).filter((name) => name !== METRICS.alarms && !body.includes(name));
  const boards = all('AWS::CloudWatch::Dashboard').length;
  expect([boards, missing, (body.match(/AlarmsDenials|AlarmsTables/g) ?? []).length > 0]).toEqual([1, [], true]);
});

test('throttled requests are counted from the access log', () => {
  const [filter] = all('AWS::Logs::MetricFilter');
  const { FilterPattern, MetricTransformations } = filter!.Properties!;
  expect([FilterPattern, MetricTransformations]).toEqual([
    '{ $.status = "429" }',
    [{ MetricName: 'Gatehouse-throttledRequests', MetricNamespace: 'Gatehouse', MetricValue: '1' }],
  ]);
});
