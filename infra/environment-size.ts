/** Of all variables of a function together. */
const MOST_BYTES = 4096;
/** As `infra/constructs/edge.ts` generates them. */
const SECRET_LENGTH = 48;
/** A URL of API Gateway, CloudFront or Cognito in the region with the longest name is shorter. */
const REFERENCE_LENGTH = 80;
/** Of a secret that the stack makes: partition, region and what CloudFormation makes of its logical id. */
const ARN_LENGTH = 128;
/** What CloudFormation appends to the name of the stack: the logical id and its own letters. */
const TABLE_NAME_TAIL = 40;

/**
 * Bytes of a function's variables as Lambda measures them: as one JSON text, in which each quote of a JSON value takes
 * two. References count as long as their values can become.
 */
function environmentBytes(environment: Readonly<Record<string, string>>, stackName: string): number {
  const sized = Object.entries(environment).map(([name, value]) => {
    const length = lengthOf(name, stackName);
    return [
      name,
      value
        .replaceAll(/\{\{resolve:.*?\}\}(?!\})/g, 's'.repeat(SECRET_LENGTH))
        .replaceAll(/\$\{Token\[[^\]]*\]\}/g, 'r'.repeat(length)),
    ];
  });
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(sized)));
}

function lengthOf(name: string, stackName: string): number {
  if (name.endsWith('_TABLE')) return stackName.length + TABLE_NAME_TAIL;
  return name.endsWith('_ARN') ? ARN_LENGTH : REFERENCE_LENGTH;
}

/** What is wrong with them, if anything. */
export function tooLarge(environment: Readonly<Record<string, string>>, stackName: string): string | undefined {
  const bytes = environmentBytes(environment, stackName);
  if (bytes <= MOST_BYTES) return undefined;
  return `The variables of a function have ${bytes} bytes; Lambda takes ${MOST_BYTES}. Shorten allowedOrigins, audience, allowedClientIds, issuers or relayClients.`;
}
