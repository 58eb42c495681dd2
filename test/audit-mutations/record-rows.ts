import { gzipSync } from 'node:zlib';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { uuidv7, uuidv7Time } from '../../shared/core/ids.ts';
import { callAt } from '../support/sealing.ts';
import { rehashed } from './archive.ts';
import {
  addRecord,
  CLOSED,
  flip,
  keysOf,
  linesOf,
  OPEN,
  type Place,
  placesOf,
  setLine,
  setLines,
  setRecord,
} from './edit.ts';
import type { Mutation, Scene } from './mutation.ts';

const nameOf = ({ record }: Place) => ({ record: String(record['sk']), callId: String(record['callId']) });
const any = ({ archive, pick }: Scene) => pick(placesOf(archive));

const onRecord = (
  name: string,
  found: Mutation['found'],
  change: (scene: Scene, place: Place) => void,
  isWanted: (place: Place) => boolean = () => true,
): Mutation => ({
  name,
  found,
  apply: (scene) => {
    const place = scene.pick(placesOf(scene.archive, isWanted));
    change(scene, place);
    return nameOf(place);
  },
});

/** The same record under a new id of the same minute. */
function renamed(record: Readonly<Record<string, unknown>>) {
  const callId = uuidv7(() => uuidv7Time(String(record['callId'])));
  return { callId, record: callAt(uuidv7Time(callId), 'denied')[0] };
}

export const RECORD_ROWS: readonly Mutation[] = [
  onRecord('a field has another value, the hash stays', 'record-changed', ({ archive }, place) =>
    setLine(archive, place, canonicalJson({ ...place.record, method: 'tools/list' })),
  ),
  onRecord('a field has another value, the hash is made anew', 'record-changed', ({ archive }, place) =>
    setRecord(archive, place, { ...place.record, method: 'tools/list' }),
  ),
  onRecord('a number is one more, the hash is made anew', 'record-changed', ({ archive }, place) =>
    setRecord(archive, place, { ...place.record, logTs: Number(place.record['logTs']) + 1 }),
  ),
  onRecord(
    'a denied call becomes an allowed one',
    'record-changed',
    ({ archive }, place) => setRecord(archive, place, { ...place.record, decision: 'allowed' }),
    ({ record }) => record['decision'] === 'denied',
  ),
  onRecord(
    'somebody else did it',
    'record-changed',
    ({ archive }, place) => setRecord(archive, place, { ...place.record, subject: 'mallory' }),
    ({ record }) => record['subject'] !== undefined,
  ),
  onRecord('a field is added', 'record-changed', ({ archive }, place) =>
    setRecord(archive, place, { ...place.record, note: 'approved' }),
  ),
  onRecord('a field is taken away', 'record-changed', ({ archive }, place) => {
    const { tenant: _tenant, ...rest } = place.record;
    setRecord(archive, place, rest);
  }),
  onRecord('the stated hash is another', 'record-changed', ({ archive }, place) =>
    setLine(archive, place, canonicalJson({ ...place.record, hash: '0'.repeat(64) })),
  ),
  onRecord('the stated hash is gone', 'record-changed', ({ archive }, place) => {
    const { hash: _hash, ...rest } = place.record;
    setLine(archive, place, canonicalJson(rest));
  }),
  onRecord('a record is deleted', 'record-missing', ({ archive }, place) => setLine(archive, place)),
  {
    name: 'an object of records is deleted',
    found: 'record-missing',
    apply: ({ archive, pick }) => {
      const key = pick(keysOf(archive, 'records/'));
      const sk = String((JSON.parse(linesOf(archive, key)[0] ?? '{}') as { sk?: string }).sk);
      archive.delete(key);
      return { record: sk };
    },
  },
  onRecord('a copy of another record stands in its place', 'record-missing', ({ archive }, place) => {
    const other = placesOf(archive).find(({ line }) => line !== place.line);
    setLine(archive, place, other?.line ?? '');
  }),
  onRecord('a record gets another id, with a right hash', 'record-missing', ({ archive }, place) => {
    const { record } = renamed(place.record);
    if (record) setRecord(archive, place, record);
  }),
  onRecord('two records of one day exchange what they say', 'record-changed', ({ archive }, place) => {
    const other = placesOf(archive).find(
      ({ key, line }) => key.slice(0, 21) === place.key.slice(0, 21) && line !== place.line,
    );
    if (!other) throw new Error('no other record');
    const { sk, pk, callId } = place.record;
    setRecord(archive, place, { ...other.record, sk, pk, callId });
  }),
  {
    name: 'a record is put into a day that is closed',
    found: 'record-inserted',
    apply: ({ archive, pick }) => {
      const at = pick(placesOf(archive, CLOSED));
      const { record } = renamed(at.record);
      if (record) addRecord(archive, record, '2026-11-24');
      return { record: record?.sk ?? '' };
    },
  },
  {
    name: 'a record is put into a day that is still open',
    found: 'record-not-sealed-yet',
    apply: ({ archive, pick }) => {
      const at = pick(placesOf(archive, OPEN));
      const { record } = renamed(at.record);
      if (record) addRecord(archive, record, '2026-11-25');
      return { record: record?.sk ?? '' };
    },
  },
  onRecord('a record is there twice', 'record-duplicate', ({ archive }, place) =>
    setLine(archive, place, place.line, place.line),
  ),
  onRecord('a record is there a second time and says something else', 'record-conflict', ({ archive }, place) =>
    addRecord(archive, rehashed({ ...place.record, method: 'x' }), place.key.slice(11, 21)),
  ),
  onRecord('a record lies in the folder of another day', 'record-misplaced', ({ archive }, place) => {
    setLine(archive, place);
    addRecord(archive, place.record, place.key.includes('11-24') ? '2026-11-25' : '2026-11-24');
  }),
  {
    name: 'records lie in the folder of a day that no calendar has',
    found: 'record-misplaced',
    apply: ({ archive }) => {
      const record = callAt(Date.parse('2026-11-24T23:10:00Z'), 'denied')[0];
      if (record) addRecord(archive, record, '2026-11-31');
      return { day: '2026-11-31' };
    },
  },
  onRecord('a record states another partition', 'record-misplaced', ({ archive }, place) =>
    setRecord(archive, place, { ...place.record, pk: 'D#20261124#07' }),
  ),
  onRecord('the members of a line are in another order', 'record-not-canonical', ({ archive }, place) =>
    setLine(archive, place, JSON.stringify(Object.fromEntries(Object.entries(place.record).reverse()))),
  ),
  onRecord('a line has a member twice', 'record-not-canonical', ({ archive }, place) =>
    setLine(archive, place, place.line.replace(/^\{/, '{"callId":"other",')),
  ),
  onRecord('a line has a blank more', 'record-not-canonical', ({ archive }, place) =>
    setLine(archive, place, ` ${place.line}`),
  ),
  {
    name: 'a line is cut off',
    found: 'record-unreadable',
    apply: (scene) => {
      const place = any(scene);
      setLine(scene.archive, place, place.line.slice(0, -20));
      return { object: place.key, line: place.at + 1 };
    },
  },
  {
    name: 'an object of records is cut off',
    found: 'object-unreadable',
    apply: ({ archive, pick }) => {
      const key = pick(keysOf(archive, 'records/'));
      archive.set(key, (archive.get(key) ?? new Uint8Array()).subarray(0, 40));
      return { object: key };
    },
  },
  {
    name: 'the lines of an object are in another order, after its manifest',
    found: 'object-changed',
    apply: ({ archive, pick }) => {
      const key = pick(keysOf(archive, 'records/dt=2026-11-24').filter((one) => linesOf(archive, one).length > 1));
      setLines(archive, key, [...linesOf(archive, key)].reverse());
      return { object: key };
    },
  },
  {
    name: 'an object is compressed anew, after its manifest',
    found: 'object-changed',
    apply: ({ archive, pick }) => {
      const key = pick(keysOf(archive, 'records/dt=2026-11-24'));
      archive.set(
        key,
        gzipSync(
          linesOf(archive, key)
            .map((line) => `${line}\n`)
            .join(''),
          { level: 1, memLevel: 1 },
        ),
      );
      archive.set(key, flip(archive.get(key) ?? new Uint8Array(), 9));
      return { object: key };
    },
  },
  {
    name: 'an object of the manifest is gone',
    found: 'object-missing',
    apply: ({ archive, pick }) => {
      const key = pick(keysOf(archive, 'records/dt=2026-11-24'));
      archive.delete(key);
      return { object: key };
    },
  },
  {
    name: 'an object of the manifest has another name',
    found: 'object-unlisted',
    apply: ({ archive, pick }) => {
      const key = pick(keysOf(archive, 'records/dt=2026-11-24'));
      const object = key.replace('-e.', '-f.');
      archive.set(object, archive.get(key) ?? new Uint8Array());
      archive.delete(key);
      return { object };
    },
  },
  {
    name: 'an object that is none lies among the records',
    found: 'object-unknown',
    apply: ({ archive }) => {
      archive.set('records/readme.txt', Buffer.from('x'));
      return { object: 'records/readme.txt' };
    },
  },
  {
    name: 'records of a day before the log',
    found: 'records-before-log',
    apply: ({ archive }) => {
      const record = callAt(Date.parse('2026-11-20T10:00:00Z'), 'denied')[0];
      if (record) addRecord(archive, record, '2026-11-20');
      return { day: '2026-11-20' };
    },
  },
  {
    name: 'a record before the log, on the day it began',
    found: 'records-before-log',
    apply: ({ archive }) => {
      const record = callAt(Date.parse('2026-11-24T10:00:00Z'), 'denied')[0];
      if (record) addRecord(archive, record, '2026-11-24');
      return { day: '2026-11-24' };
    },
  },
];
