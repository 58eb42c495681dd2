/** What the error calls itself → what to do. The first row that fits counts. */
const ADVICE: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|Forbidden|403)$/,
    'Your AWS credentials may not do this. The rights that a command needs are in docs/audit.md and docs/audit-data.md.',
  ],
  [
    /^(Expired|RequestExpired|TokenProviderError|TokenRefreshRequired)/,
    'Your AWS credentials have expired. Sign in again, for example with aws sso login.',
  ],
  [
    /^(UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|AuthFailure|InvalidToken|MissingAuthenticationToken)/,
    'AWS does not accept these credentials. Check AWS_PROFILE or AWS_ACCESS_KEY_ID, and the clock of this machine.',
  ],
  [
    /^CredentialsProviderError$/,
    'There are no AWS credentials. Set AWS_PROFILE, or sign in, for example with aws sso login.',
  ],
  [/^NoRegion$/, 'No AWS region is set. Set AWS_REGION.'],
  [/^NoSuchBucket$/, 'There is no such bucket. "aws s3 ls" names yours; a stack says it as its output ArchiveUrl.'],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|301|IllegalLocationConstraintException)$/,
    'This is in another region. Set AWS_REGION to it.',
  ],
  [
    /^(ResourceNotFound|NotFound)/,
    'There is no such table or key in this region and account. Check the name, AWS_REGION and AWS_PROFILE.',
  ],
  [
    /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|ETIMEDOUT|Timeout)/,
    'The service cannot be reached. Check the network and AWS_REGION; with --local, whether the dev gateway still runs.',
  ],
  [
    /^(Throttling|TooManyRequests|ProvisionedThroughput|RequestLimit|SlowDown)/,
    'AWS is asked too much. Try again later.',
  ],
];

const OTHER = 'AWS did not do it. Try again, and see https://health.aws.amazon.com when it stays so.';
const NETWORK = /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|ETIMEDOUT)$/;
const OF_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError|TimeoutError)$/;

/**
 * One sentence for an error of AWS or of the way to it, with what to do next; undefined for any other. Of the error only its
 * name is told: its text may hold a key, a token or what was signed.
 */
export function awsSentence(error: unknown): string | undefined {
  // Around it may be an error of the gateway, or of fetch.
  for (let [at, depth] = [error, 0] as [unknown, number]; at instanceof Error && depth < 5; depth++) {
    const name = awsName(at);
    if (name !== undefined) return `${name}: ${ADVICE.find(([names]) => names.test(name))?.[1] ?? OTHER}`;
    at = at.cause;
  }
  return undefined;
}

/** The same where a sentence is needed in any case. */
export function sentenceOf(error: unknown): string {
  return awsSentence(error) ?? (error instanceof Error ? error.message : 'unknown');
}

/** Why a stack cannot be read. CloudFormation calls it ValidationError that there is none, and says so in its text. */
export function stackProblem(error: unknown): string {
  if (error instanceof Error && error.name === 'ValidationError') return `${error.message}.`;
  return sentenceOf(error);
}

function awsName(error: Error): string | undefined {
  if (error.message === 'Region is missing') return 'NoRegion';
  // The error of the service of credentials is no more than that there are none.
  if (error.message.startsWith('Could not load credentials')) return 'CredentialsProviderError';
  if ('code' in error && NETWORK.test(String(error.code))) return String(error.code);
  const isOfService = '$metadata' in error || '$fault' in error;
  return isOfService || OF_CREDENTIALS.test(error.name) ? error.name.replace(/[^\w.]/g, '?').slice(0, 60) : undefined;
}
