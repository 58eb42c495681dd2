import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface RelaySecretsProps {
  readonly isProtected: boolean;
  /** A secret that exists, by its ARN, or the attribute of a client that the stack makes. */
  readonly upstream: { readonly arn: string } | { readonly clientSecret: string };
}

/** What the relay keeps to itself: the key of its seals, and its own secret at the identity provider. */
export class RelaySecrets extends Construct {
  readonly keysArn: string;
  readonly upstreamArn: string;

  constructor(scope: Construct, id: string, { isProtected, upstream }: RelaySecretsProps) {
    super(scope, id);
    this.keysArn = new Secret(this, 'Keys', {
      description: 'Seals sign-ins and refresh tokens of the relay. To rotate, put a new value (docs/operate.md)',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      // Without it every refresh token of every client is void.
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }).secretArn;
    this.upstreamArn = 'arn' in upstream ? upstream.arn : this.keep(upstream.clientSecret);
  }

  /** A copy, because a variable of the function would show it to whoever may read the function's settings. */
  private keep(clientSecret: string): string {
    return new Secret(this, 'Upstream', {
      description: 'Client secret of the gateway at the user pool',
      secretStringValue: SecretValue.resourceAttribute(clientSecret),
      removalPolicy: RemovalPolicy.DESTROY,
    }).secretArn;
  }
}
