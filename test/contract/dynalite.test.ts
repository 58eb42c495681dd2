import { DYNALITE } from '../support/engines.ts';
import { storeContract } from './store.ts';

storeContract(DYNALITE);
