import { createPorts } from '../ports.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(process.env, createPorts('gatehouse-audit-replay'));
