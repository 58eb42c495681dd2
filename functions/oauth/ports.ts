import type { ReadSecret } from '../../shared/core/secret.ts';
import type { PostForm } from '../../shared/net/post-form.ts';
import type { Ports } from '../ports.ts';

/** What the relay needs of the world beside what every function does. */
export interface OAuthPorts extends Ports {
  readonly readSecret: ReadSecret;
  readonly postForm: PostForm;
}
