import { App } from 'aws-cdk-lib';
import { ConfigError, readParameters } from './config.ts';
import { GatewayStack } from './gateway-stack.ts';

const app = new App();
try {
  new GatewayStack(app, {
    parameters: readParameters(app.node.getAllContext(), process.env['CDK_DEFAULT_REGION']),
    bundling: true,
  });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\nAll parameters: docs/parameters.md\n`);
  process.exit(1);
}
