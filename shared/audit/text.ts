import { hash } from 'node:crypto';

/** Not through the middle of a character: half a surrogate pair is stored as another one, and the hash fails for ever. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}

/** Control, format and unpaired surrogate characters could forge lines where a record is printed. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ');
}

/** The first 128 bits of the SHA-256, hex: for names that must not stand in the trail. */
export function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
