import { PERSONAS } from './clients/index.ts';
import { columnsFor } from './gateways/columns.ts';
import { createGateways } from './gateways/open.ts';
import { dataSubject, runCell } from './matrix.ts';
const only = process.argv.slice(2);
const gateways = createGateways();
for (const column of columnsFor(PERSONAS).filter((c) => only.length === 0 || only.includes(c.id)))
  for (const persona of PERSONAS) {
    const t = performance.now();
    const cell = await runCell(dataSubject(persona), column, gateways.open);
    console.log(column.id, persona.id, Math.round(performance.now() - t), 'ms');
    for (const { way, told, trail } of cell.tried) {
      console.log(
        '   ',
        way,
        told.stoppedAt ?? 'done',
        told.code ?? '',
        told.message ?? '',
        told.by,
        JSON.stringify(told.notes),
      );
      if (told.stoppedAt === 'driver' || process.env['TRAIL']) console.log(trail);
    }
  }
await gateways.stop();
