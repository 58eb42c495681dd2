import { gunzipSync, gzipSync } from 'node:zlib';
import { HASH_BYTES } from './merkle.ts';
import { type Claim, parseClaim, SealError, sealNumber } from './seal.ts';

/** An entry of the log: the record's sort key and the hash of its leaf. */
export interface Entry {
  readonly sk: string;
  readonly leaf: Buffer;
}

export interface ClaimObject {
  readonly claim: Claim;
  /** In the order of the log. */
  readonly entries: readonly Entry[];
}

/**
 * Object `claims/<n>.gz`: what seal n is going to say, and every entry under it. Whoever puts it first decides; only what
 * is in it is ever signed, however often and by whomever the work is finished.
 */
export function claimPath(n: number): string {
  return `claims/${sealNumber(n)}.gz`;
}

/** The claim as JSON in the first line, then `<hex hash> <sort key>` for each entry. */
export function formatClaimObject({ claim, entries }: ClaimObject): Buffer {
  const lines = entries.map(({ sk, leaf }) => `${leaf.toString('hex')} ${sk}\n`);
  return gzipSync(`${JSON.stringify(claim)}\n${lines.join('')}`);
}

/** @throws SealError */
export function parseClaimObject(bytes: Uint8Array): ClaimObject {
  const lines = unzip(bytes).split('\n');
  const claim = parseClaim(toJson(lines[0] ?? ''));
  const entries = lines.slice(1, -1).map((line) => {
    const leaf = Buffer.from(line.slice(0, 2 * HASH_BYTES), 'hex');
    if (leaf.length !== HASH_BYTES || line[2 * HASH_BYTES] !== ' ')
      throw new SealError('an entry of the claim is wrong');
    return { sk: line.slice(2 * HASH_BYTES + 1), leaf };
  });
  if (entries.length !== claim.count) throw new SealError('the claim has not as many entries as it says');
  return { claim, entries };
}

function unzip(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes).toString();
  } catch {
    throw new SealError('the claim is no gzip');
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SealError('the claim is no JSON');
  }
}
