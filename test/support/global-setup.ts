import { planFrom } from '../../cli/dev/template.ts';
import { synthGateway } from '../../infra/synth.ts';
import { TABLES_VARIABLE, TEST_STACK } from './tables.ts';

/** Once a test run: the schemas of the synthesised stack, handed to the workers. The CDK takes seconds to load and run. */
export default function setup(): void {
  const { tables } = planFrom(synthGateway({ context: TEST_STACK, bundling: false }).template);
  process.env[TABLES_VARIABLE] = JSON.stringify([...tables]);
}
