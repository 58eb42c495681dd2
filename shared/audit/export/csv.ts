import { visible } from './visible.ts';

type Cell = string | number | boolean | null | undefined;

/** One record as RFC 4180 has it, without the line break. */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map(csvCell).join(',');
}

/** RFC 4180 section 2: lines end with CRLF. */
export const CSV_END = '\r\n';

/**
 * A spreadsheet runs a cell that begins with one of these as a formula (OWASP, CSV Injection); an apostrophe before it makes
 * it text. Full-width forms count too: some programs normalise them.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  const harmless = `${FORMULA.test(cell) ? "'" : ''}${visible(cell)}`;
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
