import { ERRORS } from '../../shared/core/error-table.ts';

/**
 * Where nothing was found for a reason that is no code: the codes that it may have meant. Not refused, since records have
 * other reasons too, such as those of a backend or of an older version.
 */
export function reasonNote(reason: string | undefined): string {
  if (reason === undefined || Object.hasOwn(ERRORS, reason)) return '';
  const words = reason
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word.length > 2);
  const near = Object.keys(ERRORS).filter((code) => words.some((word) => code.includes(word)));
  const list = near.length === 0 ? '' : ` Near: ${near.slice(0, 8).join(', ')}.`;
  return `--reason ${reason} is no code of docs/errors.md; it may be the detail of one.${list}\n`;
}
