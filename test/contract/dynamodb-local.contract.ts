import { DYNAMODB_LOCAL } from '../support/engines.ts';
import { storeContract } from './store.ts';

storeContract(DYNAMODB_LOCAL);
