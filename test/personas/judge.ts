import { isDeepStrictEqual } from 'node:util';
import type { ExpectedRow } from './expectations.ts';
import type { ColumnId } from './gateways/columns.ts';
import type { Cell } from './matrix.ts';
import { type Result, resultOf } from './results.ts';

/** One sentence for each cell that is not as expected. */
export function differences(cells: readonly Cell[], expected: ReadonlyMap<string, ExpectedRow>): readonly string[] {
  return cells.flatMap((cell) => {
    const row = expected.get(cell.persona);
    const wanted = row?.cells[cell.column as ColumnId];
    const name = `${cell.persona} × ${cell.column}`;
    if (row === undefined || wanted === undefined) return [`${name} is not in the expectations`];
    const found = resultOf(cell);
    const notes = wanted.way === undefined ? [] : row.notes;
    const should: Result = { way: wanted.way, before: wanted.before, notes };
    return isDeepStrictEqual(found, should) ? [] : [`${name}: expected ${say(should)}; found ${say(found)}`];
  });
}

/** Cells of the expectations that no run can have, for want of a persona or a column. */
export function unknownRows(
  personas: readonly string[],
  columns: readonly string[],
  expected: ReadonlyMap<string, ExpectedRow>,
): readonly string[] {
  const rows = [...expected.keys()].filter((id) => !personas.includes(id)).map((id) => `no persona ${id}`);
  const cells = [...expected].flatMap(([id, { cells }]) =>
    Object.keys(cells)
      .filter((column) => !columns.includes(column))
      .map((column) => `no column ${column} for ${id}`),
  );
  return [...rows, ...cells];
}

function say({ way, before, notes }: Result): string {
  const end = way === undefined ? 'cannot' : `works by ${way}`;
  return [end, ...before.map((one) => `after ${one}`), ...notes].join(', ');
}
