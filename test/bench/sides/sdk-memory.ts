import { memoryDynamo } from './memory-dynamo.ts';
import { createReference } from './sdk-reference.ts';

export const handler = createReference(memoryDynamo);
