import type { BackendSettings, BackendsSettings } from '../shared/core/backend-settings.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import { usesSignedRequests } from '../shared/backends/check.ts';
import { deployed, offeredWith, type Registry } from '../shared/registry/index.ts';
import type { Part } from './bundling/build-function.ts';

/** Stands for the address of the demo backend where it does not matter, or is not known yet. */
const ITS_ADDRESS: BackendSettings = { url: 'https://demo.invalid' };

/** What the functions are told of each backend. `demo`: where the stack has put its own one. */
export function settingsOf(
  { backends, demoBackend, forwardTokenTo = [] }: Pick<Parameters, 'backends' | 'demoBackend' | 'forwardTokenTo'>,
  demo: BackendSettings = ITS_ADDRESS,
): BackendsSettings {
  // A parameter comes last: local development serves the demo backend at an address of its own.
  const given = { ...backends, ...(demoBackend ? { demo: { ...demo, ...backends?.['demo'] } } : {}) };
  const named = Object.entries(given).map(([name, settings]) =>
    forwardTokenTo.includes(name) ? [name, { ...settings, forwardToken: true }] : [name, settings],
  );
  return Object.fromEntries(named) as BackendsSettings;
}

/** What is left to offer where some backends have no address. */
export function offeredBy(parameters: Parameters): Registry {
  return offeredWith(deployed, settingsOf(parameters));
}

/** Every secret that the settings name. */
export function secretsOf(settings: BackendsSettings): readonly string[] {
  return [...new Set(Object.values(settings).flatMap(({ secretArn }) => secretArn ?? []))];
}

/** Actions and resources that calling needs of the role, beyond what a network does. */
export function invocationsOf(settings: BackendsSettings): ReadonlyArray<readonly [action: string, resource: string]> {
  return Object.values(settings).flatMap(({ functionArn, resources = [] }) => [
    ...(functionArn === undefined ? [] : [['lambda:InvokeFunction', functionArn] as const]),
    ...resources.map((arn) => [actionOn(arn), arn] as const),
  ]);
}

/** What the bundle of mcp does without, since nothing that these parameters set up needs it. */
export function partsLeftOut(
  settings: BackendsSettings,
  { assertions, isolation }: { readonly assertions: boolean } & Pick<Parameters, 'isolation'>,
): readonly Part[] {
  const needed: Readonly<Record<Part, boolean>> = {
    kms: assertions,
    secrets: secretsOf(settings).length > 0,
    signing: isolation === 'iam' || usesSignedRequests(deployed.backends, settings),
  };
  return (Object.keys(needed) as Part[]).filter((part) => !needed[part]);
}

function actionOn(arn: string): string {
  return arn.split(':')[2] === 'lambda' ? 'lambda:InvokeFunctionUrl' : 'execute-api:Invoke';
}
