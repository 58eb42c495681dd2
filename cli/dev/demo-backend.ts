import type { RequestListener } from 'node:http';
import type { BackendsSettings } from '../../shared/core/backend-settings.ts';
import { readConfig } from '../../shared/core/config.ts';
import { createGateway, type DevPorts } from './gateway.ts';
import type { Plan } from './template.ts';

const NAME = 'demo-backend';

/** Parameters of a gateway whose demo backend is at this address on this machine. Nothing of the caller's is overruled. */
export function withDemoBackend(context: Readonly<Record<string, string>>, url: string): Record<string, string> {
  const given = parse(context['backends'] ?? '{}');
  if (context['demoBackend'] === 'false' || given === undefined) return { ...context };
  const backends = JSON.stringify({ demo: { url }, ...given });
  return { demoBackend: 'true', ...context, backends };
}

/** What the functions of a plan are told of their backends. */
export function backendsOf({ functions }: Plan): BackendsSettings {
  const environment = functions.find(({ name }) => name === 'mcp')?.environment ?? {};
  return readConfig(environment).backends ?? {};
}

/** Something that is no object is left for the check of the parameters. */
function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The planned function behind an address of its own; undefined without one. */
export function createDemoBackend(plan: Plan, ports: DevPorts): RequestListener | undefined {
  const found = plan.functions.find(({ name }) => name === NAME);
  if (found === undefined) return undefined;
  return createGateway(
    { ...plan, functions: [found], routes: [{ key: '$default', functionId: found.logicalId }] },
    ports,
  );
}
