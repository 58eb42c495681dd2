import { Failure } from '../failure.ts';
import type { Session } from './sign-in.ts';

/** The quarter that both are asked about. */
const QUARTER = { year: 2025, quarter: 4 } as const;

type Print = (line: string) => void;

interface Answered {
  readonly text: string;
  readonly isError: boolean;
  readonly structured: unknown;
}

/** A user's own sales, from the demo backend: a service of its own, which knows nobody but by the assertion. */
export async function showSales(session: Session, user: string, print: Print): Promise<number> {
  const { text, isError, structured } = await ask(session, 'crmGetSalesSummary', QUARTER);
  if (isError) throw new Failure(`${user} could not ask for sales: ${text}`);
  print(`  sales            ${text}`);
  return (structured as { readonly summary: { readonly revenue_cents: number } }).summary.revenue_cents;
}

/** One user asks for the sales of another. The backend refuses, whoever is named. */
export async function showRefusedRead(session: Session, other: string, print: Print): Promise<void> {
  const { text, isError } = await ask(session, 'crmAttemptCrossUserRead', { targetUser: other });
  if (!isError) throw new Failure(`the sales of ${other} were read by somebody else`);
  print(`  sales of ${other.padEnd(7)} ${text}`);
}

async function ask({ client }: Session, name: string, args: Record<string, unknown>): Promise<Answered> {
  const { content, isError = false, structuredContent } = await client.callTool({ name, arguments: args });
  const [first] = content as ReadonlyArray<{ readonly type: string; readonly text?: string }>;
  return { text: first?.text ?? '', isError: isError === true, structured: structuredContent };
}
