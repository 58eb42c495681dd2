import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { EDGE_SECRET_HEADER, VIEWER_HEADER } from '../../shared/core/edge.ts';
import type { Domain } from './http-api.ts';

export interface EdgeProps {
  /** Host of the API. */
  readonly originHost: string;
  readonly domain: Domain | undefined;
  readonly webAclArn: string;
  readonly secretGeneration: number;
}

/** A client may send this header too; the function at the edge replaces it. */
const VIEWER_FUNCTION = `function handler(event) {
  event.request.headers['${VIEWER_HEADER}'] = { value: event.viewer.ip };
  return event.request;
}`;

/** Those that CloudFront would keep for ten seconds by itself, also where nothing is to be cached. */
const UNCACHED_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** CloudFront in front of the API, which carries the web ACL that an HTTP API cannot (docs/adr/0010). */
export class Edge extends Construct {
  readonly distribution: cloudfront.Distribution;
  /** What functions accept: this generation, and the next one so that a rotation has no gap. */
  readonly acceptedSecrets: string;

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id);
    const current = this.createSecret(props.secretGeneration);
    const next = this.createSecret(props.secretGeneration + 1);
    this.acceptedSecrets = `${current},${next}`;
    this.distribution = this.createDistribution(props, current);
  }

  /** Resolved by CloudFormation when it deploys; in the template there is only a reference. */
  private createSecret(generation: number): string {
    const secret = new Secret(this, `Secret${generation}`, {
      description: 'Between CloudFront and the API',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return secret.secretValue.unsafeUnwrap();
  }

  private createDistribution({ originHost, domain, webAclArn }: EdgeProps, secret: string): cloudfront.Distribution {
    const shared = {
      origin: new HttpOrigin(originHost, {
        customHeaders: { [EDGE_SECRET_HEADER]: secret },
        originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
        // Longer than the 30 seconds of the API, so that its answer to a timeout is what arrives.
        readTimeout: Duration.seconds(35),
      }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      // Answers are small, and an event stream arrives byte for byte as the function wrote it.
      compress: false,
      // Authorization, Origin, Accept, Mcp-* and traceparent as they came; the API knows its own Host only.
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [
        { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: this.createViewerFunction() },
      ],
    };
    return new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Gatehouse',
      webAclId: webAclArn,
      defaultBehavior: { ...shared, cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED },
      additionalBehaviors: { '/.well-known/*': { ...shared, cachePolicy: this.createDocumentCache() } },
      errorResponses: UNCACHED_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      ...(domain === undefined
        ? {}
        : {
            domainNames: [domain.name],
            minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
          }),
    });
  }

  /** Public documents are kept as long as they say, five minutes at most; anything that does not say is not kept. */
  private createDocumentCache(): cloudfront.CachePolicy {
    return new cloudfront.CachePolicy(this, 'Documents', {
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.minutes(5),
    });
  }

  private createViewerFunction(): cloudfront.Function {
    return new cloudfront.Function(this, 'Viewer', {
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      code: cloudfront.FunctionCode.fromInline(VIEWER_FUNCTION),
    });
  }
}
