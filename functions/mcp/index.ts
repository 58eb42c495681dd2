import { createHandler } from './handler.ts';
import { createMcpPorts } from './ports.ts';

export const handler = createHandler(process.env, createMcpPorts());
