import { parseVkey } from '../../shared/audit/log/note.ts';
import type { ReadObjects } from '../../shared/audit/verify/day-records.ts';
import type { VerifyOptions } from '../../shared/audit/verify/options.ts';
import { verifyArchive } from '../../shared/audit/verify/verify.ts';
import type { Archive } from './archive.ts';

function objectsOf(archive: Archive): ReadObjects {
  return {
    get: async (key) => {
      const body = archive.get(key);
      return body && { body, metadata: {} };
    },
    list: async function* (prefix) {
      for (const key of [...archive.keys()].sort()) {
        if (key.startsWith(prefix)) yield { key, size: archive.get(key)?.length ?? 0 };
      }
    },
  };
}

/** Nothing may be excused by an archive that is behind, unless a test says so. */
export function verifyMap(archive: Archive, vkey: string, options: Partial<VerifyOptions> = {}) {
  return verifyArchive({ objects: objectsOf(archive), key: parseVkey(vkey), archiveLagMs: 0, ...options });
}
