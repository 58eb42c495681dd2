import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, consistencyCases, inclusionCases, rootCase } from './cases.ts';
import { type Answer, askOracle } from './oracle.ts';
import { sealedLogCases } from './sealed-log.ts';

/**
 * `npm run test:proofs`: notes, roots, tiles and proofs of this project before the reference code of Go's checksum
 * database, which shares nothing with it. Good ones must be accepted by both, altered ones refused by both.
 */
const SIZES = [...Array.from({ length: 66 }, (_, at) => at + 1), 127, 128, 129, 255, 256, 257, 511, 513, 1000];

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-proofs-'));
try {
  const cases = [...(await sealedLogCases(folder)), ...(await treeCases())];
  report(cases, askOracle(cases.map(({ question }) => question)));
} finally {
  rmSync(folder, { recursive: true });
}

async function treeCases(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const size of SIZES) {
    cases.push(rootCase(size));
    for (const index of places(size)) cases.push(...(await inclusionCases(index, size)));
    for (const index of places(size)) cases.push(...(await consistencyCases(index + 1, size)));
  }
  return cases;
}

/** All places of a small tree; of a larger one its ends, its middle and what lies between. */
function places(size: number): readonly number[] {
  if (size <= 16) return Array.from({ length: size }, (_, at) => at);
  const half = Math.floor(size / 2);
  return [...new Set([0, 1, half - 1, half, half + 1, Math.floor(size * 0.7), size - 2, size - 1])];
}

function report(cases: readonly Case[], answers: readonly Answer[]): void {
  const counts = new Map<string, { accepted: number; refused: number }>();
  const failures: string[] = [];
  cases.forEach((one, at) => {
    const answer = answers[at];
    const count = counts.get(one.what) ?? { accepted: 0, refused: 0 };
    counts.set(one.what, count);
    if (answer?.Accepted === true) count.accepted++;
    else count.refused++;
    const wrong = complaint(one, answer);
    if (wrong !== undefined) failures.push(`${one.what}: ${wrong}\n  ${JSON.stringify(one.question).slice(0, 600)}`);
  });
  for (const [what, { accepted, refused }] of counts) {
    process.stdout.write(`${what}: ${accepted} accepted, ${refused} refused\n`);
  }
  for (const failure of failures.slice(0, 20)) process.stderr.write(`${failure}\n`);
  process.stdout.write(`${cases.length - failures.length} passed, ${failures.length} failed\n`);
  if (failures.length > 0 || cases.length === 0) process.exitCode = 1;
}

function complaint({ isGood, accepted, made }: Case, answer: Answer | undefined): string | undefined {
  if (answer === undefined) return 'the oracle did not answer';
  if (answer.Accepted !== isGood) return `the oracle ${answer.Accepted ? 'accepts' : 'refuses'} it`;
  if (accepted !== isGood) return `Gatehouse ${accepted ? 'accepts' : 'refuses'} it`;
  if (!isGood) return undefined;
  if (made?.text !== undefined && made.text !== answer.Text) return `the oracle reads ${JSON.stringify(answer.Text)}`;
  const hashes = made?.hashes?.join() ?? '';
  return hashes === (answer.Hashes ?? []).join() ? undefined : `the oracle makes ${answer.Hashes?.join(', ')}`;
}
