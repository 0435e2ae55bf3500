package io.firmament.infra;

import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.apigatewayv2.ApiMapping;
import software.amazon.awscdk.services.apigatewayv2.CfnStage;
import software.amazon.awscdk.services.apigatewayv2.DomainName;
import software.amazon.awscdk.services.apigatewayv2.HttpApi;
import software.amazon.awscdk.services.apigatewayv2.HttpStage;
import software.amazon.awscdk.services.apigatewayv2.ThrottleSettings;
import software.amazon.awscdk.services.certificatemanager.Certificate;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// The HTTP API without its routes, which the area stacks add: its stage, access log and limits.
final class GatewayStack extends Stack {
  private static final int REQUESTS_PER_SECOND = 200;
  private static final int BURST = 400;
  private static final String LOG_FORMAT =
      """
      {"requestId":"$context.requestId","time":"$context.requestTime","ip":"$context.identity.sourceIp",\
      "route":"$context.routeKey","status":"$context.status","latency":"$context.responseLatency",\
      "bytes":"$context.responseLength","error":"$context.integrationErrorMessage"}""";

  private final HttpApi api;

  GatewayStack(Construct scope, Deployment deployment) {
    super(scope, Stacks.id(deployment, "Gateway"), Stacks.props("The HTTP API"));
    api =
        HttpApi.Builder.create(this, "Api")
            .apiName(deployment.prefix())
            .description("Firmament: REST and GraphQL")
            .createDefaultStage(false)
            .build();
    LogGroup log =
        LogGroup.Builder.create(this, "AccessLog")
            .logGroupName("/aws/apigateway/" + deployment.prefix())
            .retention(Stacks.retention(deployment))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    HttpStage stage =
        HttpStage.Builder.create(this, "Stage")
            .httpApi(api)
            .stageName("$default")
            .autoDeploy(true)
            .throttle(
                ThrottleSettings.builder().rateLimit(REQUESTS_PER_SECOND).burstLimit(BURST).build())
            .build();
    ((CfnStage) stage.getNode().getDefaultChild())
        .setAccessLogSettings(
            CfnStage.AccessLogSettingsProperty.builder()
                .destinationArn(log.getLogGroupArn())
                .format(LOG_FORMAT)
                .build());
    if (deployment.services() == Deployment.Switch.OFF) {
      deployment.domain().ifPresent(domain -> ownName(domain, stage));
    }
  }

  HttpApi api() {
    return api;
  }

  /// Where no CloudFront stands in front, the API itself answers to the user's name.
  private void ownName(Deployment.Domain domain, HttpStage stage) {
    DomainName name =
        DomainName.Builder.create(this, "Name")
            .domainName(domain.name())
            .certificate(
                Certificate.fromCertificateArn(this, "Certificate", domain.regionalCertificate()))
            .build();
    ApiMapping.Builder.create(this, "NameMapping").api(api).domainName(name).stage(stage).build();
  }
}
