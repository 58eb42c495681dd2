import { describe, expect, test } from '@jest/globals';
import { EVENT_PHASE, eventRecord } from '../../../../shared/audit/event-record.ts';
import { CSV_HEAD, callCsv } from '../../../../shared/audit/export/call-csv.ts';
import { toCloudEvent } from '../../../../shared/audit/export/cloudevents.ts';
import { toOcsf } from '../../../../shared/audit/export/ocsf.ts';
import type { Call } from '../../../../shared/audit/question/question.ts';
import { NOW } from '../../../support/config.ts';
import { callIdOf, recordsOf, type SyntheticCall } from '../../../support/synthetic-trail.ts';

const ENDS = ['ok', 'error', 'unknown', 'open', 'denied'] as const;

function callOf(call: SyntheticCall): Call {
  const items = recordsOf(call).map((record) => [record.sk.split('#')[1] ?? '', record] as const);
  return { callId: callIdOf(call), items: new Map(items) };
}

function readingOf(): Call {
  const callId = callIdOf({ at: NOW, end: 'ok' });
  const fields = {
    kind: 'read',
    method: 'audit/query',
    issuer: 'aws',
    subject: 'arn:aws:iam::1:user/eve',
    decision: 'allowed',
  } as const;
  return { callId, items: new Map([[EVENT_PHASE, eventRecord(callId, fields, { now: NOW, retentionDays: 1 })]]) };
}

const CALL = { at: NOW, n: 1, latencyMs: 12 } as const;
const hashOf = ({ items }: Call) => String([...items.values()].at(-1)?.['hash']);

/** OCSF 1.8.0: events/base_event.json, events/application/api_activity.json. */
const REQUIRED = [
  'activity_id',
  'category_uid',
  'class_uid',
  'metadata',
  'severity_id',
  'time',
  'type_uid',
  'actor',
  'api',
  'src_endpoint',
];

describe('OCSF API Activity', () => {
  test.each([
    ...ENDS.map((end) => [end, callOf({ ...CALL, end })] as const),
    ['a reading of the trail', readingOf()] as const,
  ])('of %s has every required attribute, and of objects where one of several is required, one', (_name, call) => {
    const event = toOcsf(call) as Record<string, Record<string, Record<string, unknown>>>;
    const { metadata, actor, api, src_endpoint: source } = event;
    expect({
      missing: REQUIRED.filter((name) => event[name] === undefined),
      metadata: [metadata?.['version'], metadata?.['product']?.['name']],
      operation: typeof api?.['operation'],
      actor: actor?.['user']?.['name'] !== undefined,
      source: (source?.['ip'] ?? source?.['name']) !== undefined,
      type: Number(event['class_uid']) * 100 + Number(event['activity_id']) - Number(event['type_uid']),
      undefinedOnes: JSON.stringify(event).includes('null'),
    }).toEqual({
      missing: [],
      metadata: ['1.8.0', 'Gatehouse'],
      operation: 'string',
      actor: true,
      source: true,
      type: 0,
      undefinedOnes: false,
    });
  });

  test('of a call that ran says all of it', () => {
    const call = callOf({ ...CALL, end: 'ok' });
    expect(toOcsf(call)).toEqual({
      activity_id: 99,
      activity_name: 'Call',
      category_uid: 6,
      category_name: 'Application Activity',
      class_uid: 6003,
      class_name: 'API Activity',
      type_uid: 600399,
      type_name: 'API Activity: Other',
      time: NOW,
      duration: 12,
      end_time: NOW + 12,
      status_id: 1,
      status: 'Success',
      severity_id: 1,
      severity: 'Informational',
      metadata: {
        version: '1.8.0',
        product: { name: 'Gatehouse', vendor_name: 'Gatehouse', version: '1' },
        log_name: 'audit',
        uid: `${call.callId}#1`,
        original_event_uid: call.callId,
        correlation_uid: '3710fe96-df97-4ffa-af85-0c541ff61bfb',
        event_code: 'tools/call',
        tenant_uid: 'default',
        logged_time: NOW,
      },
      actor: {
        user: { name: 'alice', uid: 'usr_alice', type_id: 1 },
        idp: { name: 'https://i.example', issuer: 'https://i.example' },
        app_uid: 'claude',
        session: { uid: expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
      api: {
        operation: 'tools/call',
        service: { name: 'Gatehouse' },
        version: '2026-07-28',
        request: { uid: '3710fe96-df97-4ffa-af85-0c541ff61bfb' },
      },
      src_endpoint: { ip: '192.0.2.1' },
      http_request: { user_agent: 'agent/1' },
      resources: [{ name: 'echo', type: 'tool', role_id: 1, role: 'Target' }],
      unmapped: {
        kind: 'call',
        door: 'mcp',
        scopes: ['starter.echo'],
        toolVersion: 'gqiDBqwkHIYRn9Sa',
        argsDigest: 'cOaJJqEYdYtLJe3oV8dsYbSZWus_kP8dbhmRRjdm1Co',
        region: 'eu-central-1',
        hash: hashOf(call),
      },
    });
  });

  test.each([
    ['ok', [1, 1, undefined]],
    ['error', [2, 1, 'BACKEND_ERROR']],
    ['unknown', [0, 3, 'UNKNOWN']],
    ['open', [0, 1, undefined]],
    ['denied', [2, 2, 'INSUFFICIENT_SCOPE']],
  ] as const)('of a call that ended %s has its status, severity and code', (end, expected) => {
    const { status_id: status, severity_id: severity, status_code: code } = toOcsf(callOf({ ...CALL, end }));
    expect([status, severity, code]).toEqual(expected);
  });
});

describe('CloudEvents 1.0', () => {
  test('a denial as an event', () => {
    const call = callOf({ ...CALL, end: 'denied' });
    expect(toCloudEvent(call, '/gatehouse/audit')).toEqual({
      specversion: '1.0',
      id: `${call.callId}#9`,
      source: '/gatehouse/audit',
      type: 'gatehouse.audit.call.denied',
      time: new Date(NOW).toISOString(),
      subject: 'usr_alice',
      datacontenttype: 'application/json',
      data: {
        callId: call.callId,
        uid: 'usr_alice',
        subject: 'alice',
        method: 'tools/call',
        tool: 'echo',
        decision: 'denied',
        outcome: 'INSUFFICIENT_SCOPE',
        detail: 'scope_missing',
        clientId: 'claude',
        latencyMs: null,
        state: 'denied',
        issuer: 'https://i.example',
        scopes: ['starter.echo'],
        sourceIp: '192.0.2.1',
        userAgent: 'agent/1',
        requestId: '3710fe96-df97-4ffa-af85-0c541ff61bfb',
        revision: '2026-07-28',
        argsDigest: 'cOaJJqEYdYtLJe3oV8dsYbSZWus_kP8dbhmRRjdm1Co',
        hash: hashOf(call),
      },
    });
  });

  test('an open call and its end are two events', () => {
    const ids = (['open', 'ok'] as const).map((end) => toCloudEvent(callOf({ ...CALL, end }), '/s')['id']);
    expect(new Set(ids).size).toBe(2);
  });

  test('a reading of the trail is an event of nobody of ours', () => {
    const { type, subject, id } = toCloudEvent(readingOf(), '/s');
    expect([type, subject, String(id).endsWith('#5')]).toEqual(['gatehouse.audit.read', undefined, true]);
  });
});

test('CSV has a line for the columns and one for each call', () => {
  const call = callOf({ ...CALL, end: 'error' });
  expect(`${CSV_HEAD}${callCsv(call)}`.split('\r\n')).toEqual([
    'time,callId,kind,uid,subject,clientId,method,tool,decision,outcome,detail,latencyMs',
    `${new Date(NOW).toISOString()},${call.callId},call,usr_alice,alice,claude,tools/call,echo,allowed,error,BACKEND_ERROR,12`,
    '',
  ]);
});

describe('a row that is none of ours does not end an export', () => {
  const { callId } = callOf({ ...CALL, end: 'denied' });
  const of = (id: string, ts: unknown): Call => ({ callId: id, items: new Map([['9', { sk: `${id}#9`, ts }]]) });
  const time = new Date(NOW).toISOString();

  test.each([
    ['no time', of(callId, undefined), time],
    ['a time that no calendar has', of(callId, 1e300), time],
    ['a text for a time', of(callId, 'yesterday'), time],
    ['no id of ours', of('no-call', 5), undefined],
  ])('with %s: its time is that of its id, if there is one', (_name, call, expected) => {
    expect([callCsv(call).split(',')[0], toCloudEvent(call, '/s')['time'], toOcsf(call)['time']]).toEqual([
      expected ?? '',
      expected,
      expected === undefined ? 0 : NOW,
    ]);
  });
});
