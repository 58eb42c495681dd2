import { auditRow, callTool, latency } from './call-checks.ts';
import { type Finding, failed, type Outcome } from './finding.ts';
import {
  challenge,
  headerSize,
  methodNotAllowed,
  notFound,
  preflight,
  resourceMetadata,
  serverMetadata,
} from './http-checks.ts';
import { consentPage, isRelay, relayDocument, unknownClient } from './relay-checks.ts';
import type { Target } from './target.ts';

/** Every check in order; one that fails hides none after it. */
export async function runSmoke(target: Target): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const check = async (name: string, work: () => Promise<Outcome>) => {
    findings.push({ check: name, ...(await work().catch(unreachable)) });
  };
  await check('challenge on 401', () => challenge(target));
  await check('resource metadata', () => resourceMetadata(target));
  await check('authorization server', () => serverMetadata(target));
  await check('unknown path', () => notFound(target));
  await check('GET /mcp', () => methodNotAllowed(target));
  await check('CORS preflight', () => preflight(target));
  await check('header size', () => headerSize(target));
  if (await isRelay(target)) {
    await check('relay metadata', () => relayDocument(target));
    await check('consent page', () => consentPage(target));
    await check('unknown client', () => unknownClient(target));
  }
  let made: Awaited<ReturnType<typeof callTool>>['call'];
  await check('tool call', async () => {
    const { outcome, call } = await callTool(target);
    made = call;
    return outcome;
  });
  await check('audit row', () => auditRow(target, made));
  await check('latency', () => latency(target, made));
  return findings;
}

/** Text of the network stack: it names hosts and codes, never what was sent. */
function unreachable(error: unknown): Outcome {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return failed(`${error instanceof Error ? error.message : 'unknown error'}${cause}`);
}
