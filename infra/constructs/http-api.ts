import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Nothing here can carry a token: no header, no query, no body, no error text of an integration. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    route: '$context.routeKey',
    method: '$context.httpMethod',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    integrationLatencyMs: '$context.integrationLatency',
    sourceIp: '$context.identity.sourceIp',
    responseBytes: '$context.responseLength',
  }),
);

/** Requests a second, and at once above that rate. */
export interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** A host name and the certificate for it. */
export interface Domain {
  readonly name: string;
  readonly certificateArn: string;
}

export interface HttpApiProps {
  readonly name: string;
  /** Served at its root; the endpoint of the API itself is then off: two addresses would be two audiences. */
  readonly domain?: Domain | undefined;
  readonly logRetention: logs.RetentionDays;
  /** Of each route that has none of its own. */
  readonly throttle: Throttle;
}

/**
 * The front door. No CORS settings: an HTTP API has one origin list for all routes, ours differ (docs/adr/0002), so
 * the functions answer OPTIONS themselves.
 */
export class HttpApi extends Construct {
  readonly id: string;
  readonly accessLog: logs.LogGroup;
  readonly domain: apigateway.DomainName | undefined;
  private readonly api: apigateway.HttpApi;
  private readonly stage: apigateway.CfnStage;
  private readonly throttles = new Map<string, object>();

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { name, domain } = props;
    this.domain = domain && this.createDomain(domain);
    this.api = new apigateway.HttpApi(this, 'Api', {
      apiName: name,
      createDefaultStage: false,
      ...(domain === undefined ? {} : { disableExecuteApiEndpoint: true }),
    });
    this.id = this.api.apiId;
    this.accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: props.throttle,
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(this.accessLog), format: ACCESS_LOG },
      ...(this.domain === undefined ? {} : { domainMapping: { domainName: this.domain } }),
    });
    this.stage = stage.node.defaultChild as apigateway.CfnStage;
  }

  /** Of the API itself: there is none beside a domain. */
  get endpoint(): string {
    return this.api.apiEndpoint;
  }

  private createDomain({ name, certificateArn }: Domain): apigateway.DomainName {
    return new apigateway.DomainName(this, 'Domain', {
      domainName: name,
      certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
    });
  }

  /** `path` as in the routes of an HTTP API; `undefined` is `$default`, everything that no other route serves. */
  serve(id: string, path: string | undefined, fn: lambda.IFunction, throttle?: Throttle): void {
    const routeKey =
      path === undefined
        ? apigateway.HttpRouteKey.DEFAULT
        : apigateway.HttpRouteKey.with(path, apigateway.HttpMethod.ANY);
    const route = new apigateway.HttpRoute(this, id, {
      httpApi: this.api,
      routeKey,
      integration: new HttpLambdaIntegration(`${id}Integration`, fn),
    });
    if (throttle) this.limit(route, routeKey.key, throttle);
  }

  private limit(route: apigateway.HttpRoute, key: string, { rateLimit, burstLimit }: Throttle): void {
    this.throttles.set(key, { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit });
    this.stage.routeSettings = Object.fromEntries(this.throttles);
    // A key is plain text to CloudFormation, and API Gateway refuses one of a route that is not there yet.
    this.stage.node.addDependency(route);
  }
}
