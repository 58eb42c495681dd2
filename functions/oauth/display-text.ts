/**
 * Text of others, made harmless to look at. Escaping keeps it from being markup; this keeps it from hiding, from turning
 * around what stands beside it, and from looking like the page's own words.
 */

/** A name longer than this is cut: the rest could only push the page's own text away. */
const NAME_LENGTH = 60;
/** Marks on one character: living scripts need no more, and a pile of them covers the lines around. */
const MARKS = 3;
/** What is looked at of a name at all. */
const READ = 1000;

/**
 * Controls, among them those that change direction (U+202E and its kin), unpaired halves, private and unassigned
 * characters, and everything that shows nothing.
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const SPACE = /[\s\p{Z}]+/gu;
/** Ticks, locks and warning signs are how the page itself speaks. */
const SYMBOLS = /[\p{So}\p{Extended_Pictographic}]/gu;
/** Names stand in double quotes and must not seem to end them; several single ones look like a double one. */
const QUOTES =
  /["\u201c-\u201f\u00ab\u00bb\u05f4\u301d-\u301f'`\u00b4\u2018-\u201b\u2032\u2035]{2,}|["\u201c-\u201f\u00ab\u00bb\u05f4\u301d-\u301f]/gu;
/** At the start they would sit on the page's own character before. */
const LEADING_MARKS = /^[\s\p{M}]+/u;

/** Text that has a form of its own (a host, a scope): nothing unseen, one line, never cut. */
export function plainText(text: string): string {
  return text.replace(SPACE, ' ').replace(UNSEEN, '').replace(SPACE, ' ').trim();
}

/** The name that a client gives itself, as it may be shown between quotes; '' when nothing of it can be shown. */
export function displayName(name: string): string {
  // NFKC: bold, circled and full-width letters become letters.
  const letters = name.slice(0, READ).normalize('NFKC').replace(SYMBOLS, '');
  const clean = plainText(letters).replace(LEADING_MARKS, '').replace(QUOTES, "'");
  const characters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(clean)];
  const shown = characters.slice(0, NAME_LENGTH).map(({ segment }) => withFewMarks(segment));
  return shown.join('').trim() + (characters.length > NAME_LENGTH ? '…' : '');
}

function withFewMarks(character: string): string {
  let marks = 0;
  return [...character].filter((part) => !/\p{M}/u.test(part) || ++marks <= MARKS).join('');
}
