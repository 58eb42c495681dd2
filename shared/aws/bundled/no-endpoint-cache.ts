/**
 * Stands in for the cache of the SDK's endpoint discovery in the bundles of functions. DynamoDB uses it only where the
 * environment asks for discovery; without a cache the Region's own endpoint is used, as by default.
 */
export class EndpointCache {
  getEndpoint(): undefined {}
  get(): undefined {}
  set(): void {}
  delete(): void {}
  has(): boolean {
    return false;
  }
  clear(): void {}
}
