import { node24 } from './toolbox.ts';

process.stdout.write(node24());
