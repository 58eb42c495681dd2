import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
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

export interface HttpApiProps {
  readonly name: string;
  readonly logRetention: logs.RetentionDays;
  readonly throttleRate: number;
  readonly throttleBurst: number;
}

/**
 * The front door. No CORS settings: an HTTP API has one origin list for all routes, ours differ (docs/adr/0002), so
 * the functions answer OPTIONS themselves.
 */
export class HttpApi extends Construct {
  readonly endpoint: string;
  private readonly api: apigateway.HttpApi;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    this.api = new apigateway.HttpApi(this, 'Api', { apiName: props.name, createDefaultStage: false });
    this.endpoint = this.api.apiEndpoint;
    const accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.throttleRate, burstLimit: props.throttleBurst },
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(accessLog), format: ACCESS_LOG },
    });
  }

  /** `path` as in the routes of an HTTP API; `undefined` is `$default`, everything that no other route serves. */
  serve(id: string, path: string | undefined, fn: lambda.IFunction): void {
    new apigateway.HttpRoute(this, id, {
      httpApi: this.api,
      routeKey:
        path === undefined
          ? apigateway.HttpRouteKey.DEFAULT
          : apigateway.HttpRouteKey.with(path, apigateway.HttpMethod.ANY),
      integration: new HttpLambdaIntegration(`${id}Integration`, fn),
    });
  }
}
