import { createHash } from 'node:crypto';
import {
  consistencyPath,
  createFrontier,
  type HashAt,
  inclusionPath,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../shared/audit/log/merkle.ts';
import { parseVkey, verifyNote } from '../../shared/audit/log/note.ts';
import type { Question } from './oracle.ts';

export interface Case {
  readonly what: string;
  readonly question: Question;
  /** Whether it is right as it stands: nothing was altered. */
  readonly isGood: boolean;
  /** What the project's own code says of it. */
  readonly accepted: boolean;
  /** What the oracle must make by itself, when it makes something. */
  readonly made?: { readonly text?: string; readonly hashes?: readonly string[] };
}

const base64 = (hash: Buffer) => hash.toString('base64');
const fromBase64 = (text: string) => Buffer.from(text, 'base64');

/** A note as it is, and changed by a character at a time and in the ways of a forger. */
export function noteCases(note: string, vkey: string, other: string): readonly Case[] {
  const judge = (what: string, text: string, isGood: boolean, key = vkey): Case => {
    const verdict = verifyNote(text, parseVkey(key));
    const accepted = 'text' in verdict;
    return {
      what,
      question: { kind: 'note', vkey: key, note: text },
      isGood,
      accepted,
      ...(accepted ? { made: { text: verdict.text } } : {}),
    };
  };
  const lines = note.split('\n');
  const signature = lines.at(-2) ?? '';
  const signed = lines.slice(0, -3);
  const altered = signed.map((_, at) => signed.map((line, i) => (i === at ? `${line}0` : line)));
  return [
    judge('note', note, true),
    judge('note under another key', note, false, other),
    ...altered.map((text) => judge('note with another line', `${text.join('\n')}\n\n${signature}\n`, false)),
    ...signed.map((_, at) =>
      judge(
        'note without a line',
        `${signed
          .filter((_line, i) => i !== at)
          .map((line) => `${line}\n`)
          .join('')}\n${signature}\n`,
        false,
      ),
    ),
    judge('note with a changed signature', note.replace(signature, flipSignature(signature)), false),
    judge('note without signatures', `${signed.join('\n')}\n`, false),
    judge('note that goes on', `${note}more\n`, false),
  ];
}

function flipSignature(line: string): string {
  const at = line.lastIndexOf(' ') + 1;
  const bytes = fromBase64(line.slice(at));
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return `${line.slice(0, at)}${base64(bytes)}`;
}

/** A tree over numbered entries, with all its complete subtrees. */
function createTree(size: number): { readonly entries: readonly Buffer[]; readonly hashAt: HashAt } {
  const entries = Array.from({ length: size }, (_, at) => createHash('sha256').update(`${size}/${at}`).digest());
  const rows = [entries.map((entry) => leafHash(entry))];
  for (let row = rows[0] ?? []; row.length > 1; row = rows.at(-1) ?? []) {
    rows.push(
      Array.from({ length: Math.floor(row.length / 2) }, (_, at) =>
        nodeHash(row[2 * at] ?? Buffer.alloc(0), row[2 * at + 1] ?? Buffer.alloc(0)),
      ),
    );
  }
  return { entries, hashAt: (level, index) => rows[level]?.[index] ?? Buffer.alloc(0) };
}

function rootOf(entries: readonly Buffer[]): Buffer {
  const frontier = createFrontier();
  for (const entry of entries) frontier.append(leafHash(entry));
  return frontier.root();
}

export function rootCase(size: number): Case {
  const { entries } = createTree(size);
  return {
    what: 'root of a tree',
    question: { kind: 'root', entries: entries.map(base64) },
    isGood: true,
    accepted: true,
    made: { hashes: [base64(rootOf(entries))] },
  };
}

export async function inclusionCases(index: number, size: number): Promise<readonly Case[]> {
  const { entries, hashAt } = createTree(size);
  const good = {
    kind: 'inclusion',
    index,
    size,
    leaf: base64(leafHash(entries[index] ?? Buffer.alloc(0))),
    path: (await inclusionPath(index, size, hashAt)).map(base64),
    root: base64(rootOf(entries)),
  } as const;
  const judge = (what: string, question: typeof good | (Omit<typeof good, 'path'> & { path: readonly string[] })) => ({
    what,
    question,
    isGood: question === good,
    accepted: verifyInclusion(
      fromBase64(question.leaf),
      question.index,
      question.size,
      question.path.map(fromBase64),
      fromBase64(question.root),
    ),
  });
  return [
    judge('inclusion', good),
    judge('inclusion of another leaf', { ...good, leaf: flip(good.leaf) }),
    judge('inclusion under another root', { ...good, root: flip(good.root) }),
    judge('inclusion at another place', { ...good, index: index === 0 ? size : index - 1 }),
    ...alterPath(good.path).map((path) => judge('inclusion by an altered path', { ...good, path })),
  ];
}

export async function consistencyCases(older: number, size: number): Promise<readonly Case[]> {
  const { entries, hashAt } = createTree(size);
  const good = {
    kind: 'consistency',
    older,
    olderRoot: base64(rootOf(entries.slice(0, older))),
    size,
    root: base64(rootOf(entries)),
    path: (await consistencyPath(older, size, hashAt)).map(base64),
  } as const;
  const judge = (what: string, question: Omit<typeof good, 'path'> & { path: readonly string[] }) => ({
    what,
    question,
    isGood: question === good,
    accepted: verifyConsistency(
      { size: question.older, root: fromBase64(question.olderRoot) },
      { size: question.size, root: fromBase64(question.root) },
      question.path.map(fromBase64),
    ),
  });
  return [
    judge('consistency', good),
    judge('consistency with another older root', { ...good, olderRoot: flip(good.olderRoot) }),
    judge('consistency with another root', { ...good, root: flip(good.root) }),
    judge('consistency with a larger older log', { ...good, older: size + 1 }),
    ...alterPath(good.path).map((path) => judge('consistency by an altered path', { ...good, path })),
  ];
}

/** Every hash changed by a bit, every one left out, one more at either end, all in the other order. */
function alterPath(path: readonly string[]): readonly (readonly string[])[] {
  const more = base64(leafHash(Buffer.from('more')));
  const turned = [...path].reverse();
  return [
    ...path.map((_, at) => path.map((hash, i) => (i === at ? flip(hash) : hash))),
    ...path.map((_, at) => path.filter((_hash, i) => i !== at)),
    [...path, more],
    [more, ...path],
    ...(path.length > 1 && turned[0] !== path[0] ? [turned] : []),
  ];
}

function flip(text: string): string {
  const bytes = fromBase64(text);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return base64(bytes);
}
