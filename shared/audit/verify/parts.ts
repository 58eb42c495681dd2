import { checkFollows, checkLateList } from './chain.ts';
import { checkSeal } from './check-seal.ts';
import { explain } from './compare-window.ts';
import {
  checkClaimsAhead,
  checkEvidence,
  checkKnown,
  checkManifestsAhead,
  checkRecordDays,
  checkTileNames,
} from './ends.ts';
import { checkManifest } from './manifests.ts';
import { checkPairs } from './pairs.ts';
import { checkTiles } from './tree.ts';

/** What a verification consists of. A test replaces one and shows that what it finds then passes unseen. */
export const VERIFY_PARTS = {
  checkFollows,
  checkLateList,
  checkSeal,
  explain,
  checkTiles,
  checkPairs,
  checkManifest,
  checkKnown,
  checkClaimsAhead,
  checkManifestsAhead,
  checkTileNames,
  checkRecordDays,
  checkEvidence,
};

export type VerifyParts = typeof VERIFY_PARTS;
