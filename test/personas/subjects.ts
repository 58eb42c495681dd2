import { PERSONAS } from './clients/index.ts';
import { type Column, columnsFor } from './gateways/columns.ts';
import { dataSubject, type Subject } from './matrix.ts';
import { SDK_SUBJECTS } from './sdk/subjects.ts';

export const SUBJECTS: readonly Subject[] = [...PERSONAS.map(dataSubject), ...SDK_SUBJECTS];

export const COLUMNS: readonly Column[] = columnsFor(SUBJECTS.map(({ persona }) => persona));
