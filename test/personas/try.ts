import { PERSONAS } from './clients/index.ts';
import { columnsFor } from './gateways/columns.ts';
import { createGateways } from './gateways/open.ts';
import { SDK_SUBJECTS } from './sdk/subjects.ts';
import { dataSubject, runCell } from './matrix.ts';
const only = process.argv.slice(2);
const subjects = [...PERSONAS.map(dataSubject), ...SDK_SUBJECTS].filter(
  ({ persona }) => !process.env['WHO'] || persona.id.startsWith(process.env['WHO']),
);
const all = [...PERSONAS, ...SDK_SUBJECTS.map(({ persona }) => persona)];
const gateways = createGateways();
for (const column of columnsFor(all).filter((c) => only.length === 0 || only.includes(c.id)))
  for (const subject of subjects) {
    const { persona } = subject;
    const t = performance.now();
    const cell = await runCell(subject, column, gateways.open);
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
