import { z } from 'zod';
import { defineBackendTool } from '../../shared/tools/define-backend-tool.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';

const described = { name: 'a', title: 'A', description: 'a', annotations: {} };
const schemas = { input: z.strictObject({}), output: z.strictObject({}) };

/** Held by the compiler: who may call a tool is written out, also when it is everybody who is signed in. */
defineTool({ ...described, ...schemas, scopes: [], run: () => ({}) });
// @ts-expect-error no scopes
defineTool({ ...described, ...schemas, run: () => ({}) });
// @ts-expect-error one scope that is no list
defineTool({ ...described, ...schemas, scopes: 'starter.echo', run: () => ({}) });

const request = { method: 'GET', path: '/' } as const;

/** And a backend is one of the table. */
defineBackendTool({ ...described, ...schemas, scopes: [], backend: 'demo', request });
// @ts-expect-error no such backend
defineBackendTool({ ...described, ...schemas, scopes: [], backend: 'in-no-table', request });
