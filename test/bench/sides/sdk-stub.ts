import { createDynamo } from '../../../shared/aws/dynamodb.ts';
import { createReference } from './sdk-reference.ts';

export const handler = createReference(createDynamo());
