import { createReadSecret } from '../../shared/aws/secrets.ts';
import { postForm } from '../../shared/net/post-form.ts';
import { createPorts } from '../ports.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(process.env, {
  ...createPorts('gatehouse-oauth'),
  readSecret: createReadSecret(),
  postForm,
});
