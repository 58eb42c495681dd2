import { gunzipSync, gzipSync } from 'node:zlib';
import { flip, keysOf, placesOf, readJson, sealKeys, setLine, setRecord, writeJson } from './edit.ts';
import type { Mutation, Scene } from './mutation.ts';

const MANIFEST = 'manifests/2026/11/24.json';

const onObject = (
  name: string,
  found: Mutation['found'],
  prefix: string,
  change: (scene: Scene, key: string) => void,
): Mutation => ({
  name,
  found,
  apply: (scene) => {
    const key = scene.pick(keysOf(scene.archive, prefix));
    change(scene, key);
    return { object: key };
  },
});

const inManifest = (
  name: string,
  change: (manifest: Record<string, unknown>) => object,
  found: Mutation['found'] = 'manifest-differs',
): Mutation => ({
  name,
  found,
  apply: ({ archive }) => {
    const manifest = readJson(archive, MANIFEST);
    writeJson(archive, MANIFEST, { ...manifest, ...change(manifest) });
    return { object: MANIFEST };
  },
});

/** As far as an auditor may have it: only records, seals and manifests. */
function without(archive: Scene['archive'], ...prefixes: readonly string[]): void {
  for (const prefix of prefixes) for (const key of keysOf(archive, prefix)) archive.delete(key);
}

export const TREE_ROWS: readonly Mutation[] = [
  onObject('a tile has another bit', 'tile-changed', 'log/', ({ archive }, key) => {
    archive.set(key, flip(archive.get(key) ?? new Uint8Array()));
  }),
  onObject('a tile is shorter', 'tile-changed', 'log/', ({ archive }, key) => {
    archive.set(key, (archive.get(key) ?? new Uint8Array()).subarray(32));
  }),
  onObject('a tile is deleted', 'tile-missing', 'log/', ({ archive }, key) => void archive.delete(key)),
  {
    name: 'a tile of a size that the log never had',
    found: 'tile-unknown',
    apply: ({ archive }) => {
      const partial = keysOf(archive, 'log/tile/0/001.p/');
      const width = [...Array(255).keys()].find((one) => one > 20 && !partial.includes(`log/tile/0/001.p/${one}`)) ?? 0;
      archive.set(`log/tile/0/001.p/${width}`, Buffer.alloc(32 * width));
      return { object: `log/tile/0/001.p/${width}` };
    },
  },
  {
    name: 'an object that is none lies among the tiles',
    found: 'tile-unknown',
    apply: ({ archive }) => {
      archive.set('log/tile/0/1', Buffer.alloc(32));
      return { object: 'log/tile/0/1' };
    },
  },
  {
    name: 'a tile of a larger log',
    found: 'log-goes-on',
    apply: ({ archive }) => {
      archive.set('log/tile/0/003.p/9', Buffer.alloc(9 * 32));
      return {};
    },
  },
  onObject(
    'the list under a seal is deleted',
    'claim-missing',
    'claims/',
    ({ archive }, key) => void archive.delete(key),
  ),
  onObject('the list under a seal is none', 'claim-changed', 'claims/', ({ archive }, key) => {
    archive.set(key, (archive.get(key) ?? new Uint8Array()).subarray(0, 30));
  }),
  {
    name: 'the list under a seal names another record',
    found: 'claim-changed',
    apply: ({ archive, pick }) => {
      const textOf = (key: string) => gunzipSync(archive.get(key) ?? new Uint8Array()).toString();
      const key = pick(keysOf(archive, 'claims/').filter((one) => textOf(one).split('\n').length > 2));
      archive.set(key, gzipSync(textOf(key).replace(/#(\d)\n$/, '#7\n')));
      return { object: key };
    },
  },
  {
    name: 'a record is deleted, and nothing but tiles tells which',
    found: 'record-missing',
    apply: ({ archive, pick }) => {
      without(archive, 'claims/');
      setLine(archive, pick(placesOf(archive)));
      return {};
    },
  },
  {
    name: 'a record is changed, and nothing but tiles tells which',
    found: 'record-changed',
    apply: ({ archive, pick }) => {
      without(archive, 'claims/');
      const place = pick(placesOf(archive));
      setRecord(archive, place, { ...place.record, method: 'x' });
      return { record: String(place.record['sk']) };
    },
  },
  {
    name: 'a record is changed, and nothing but seals is left to tell',
    found: 'root-mismatch',
    apply: ({ archive, pick }) => {
      without(archive, 'claims/', 'log/');
      const place = pick(placesOf(archive));
      setRecord(archive, place, { ...place.record, method: 'x' });
      return {};
    },
  },
  inManifest('the manifest lists another hash', ({ objects }) => ({
    objects: (objects as object[]).map((one) => ({ ...one, sha256: '0'.repeat(64) })),
  })),
  inManifest('the manifest lists an object less', ({ objects }) => ({ objects: (objects as object[]).slice(1) })),
  inManifest('the manifest names another seal', ({ n }) => ({ n: Number(n) + 1 })),
  inManifest('the manifest is of another log', () => ({ origin: 'other' })),
  inManifest(
    'the signature of the manifest is another',
    ({ note }) => ({ note: String(note).replace(/.{9}\n$/, 'AAAAAAAA=\n') }),
    'manifest-forged',
  ),
  onObject('the manifest is deleted', 'manifest-missing', MANIFEST, ({ archive }, key) => void archive.delete(key)),
  onObject('the manifest is cut off', 'manifest-unreadable', MANIFEST, ({ archive }, key) => {
    archive.set(key, (archive.get(key) ?? new Uint8Array()).subarray(0, 50));
  }),
  {
    name: 'an object that is none lies among the manifests',
    found: 'object-unknown',
    apply: ({ archive }) => {
      archive.set('manifests/2026-11-24.json', Buffer.from('{}'));
      return { object: 'manifests/2026-11-24.json' };
    },
  },
  {
    name: 'the seals end before the seal that a manifest names',
    found: 'log-truncated',
    apply: ({ archive, pick }) => {
      const keys = sealKeys(archive);
      const key = pick(keys.slice(20, 100));
      for (const later of keys.slice(keys.indexOf(key))) archive.delete(later);
      without(archive, 'claims/');
      return { object: MANIFEST };
    },
  },
  {
    name: 'a record of the table was changed, and the stream told it',
    found: 'tamper-recorded',
    apply: ({ archive, pick }) => {
      const { record } = pick(placesOf(archive));
      writeJson(archive, 'tamper/1-e.json', {
        event: 'audit.tamper_modify',
        sequence: '1',
        before: record,
        after: { ...record, method: 'x' },
      });
      return { object: 'tamper/1-e.json', record: String(record['sk']) };
    },
  },
  {
    name: 'a change of the table was no record',
    found: 'archive-rejected',
    apply: ({ archive }) => {
      writeJson(archive, 'rejected/1.json', {});
      return { object: 'rejected/1.json' };
    },
  },
];
