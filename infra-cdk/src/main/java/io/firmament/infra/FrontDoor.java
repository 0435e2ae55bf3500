package io.firmament.infra;

import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.apigatewayv2.HttpApi;
import software.amazon.awscdk.services.certificatemanager.Certificate;
import software.amazon.awscdk.services.cloudfront.AllowedMethods;
import software.amazon.awscdk.services.cloudfront.BehaviorOptions;
import software.amazon.awscdk.services.cloudfront.CachePolicy;
import software.amazon.awscdk.services.cloudfront.Distribution;
import software.amazon.awscdk.services.cloudfront.Function;
import software.amazon.awscdk.services.cloudfront.FunctionAssociation;
import software.amazon.awscdk.services.cloudfront.FunctionCode;
import software.amazon.awscdk.services.cloudfront.FunctionEventType;
import software.amazon.awscdk.services.cloudfront.FunctionRuntime;
import software.amazon.awscdk.services.cloudfront.IOrigin;
import software.amazon.awscdk.services.cloudfront.IOriginRequestPolicy;
import software.amazon.awscdk.services.cloudfront.OriginProtocolPolicy;
import software.amazon.awscdk.services.cloudfront.OriginRequestPolicy;
import software.amazon.awscdk.services.cloudfront.OriginSslPolicy;
import software.amazon.awscdk.services.cloudfront.PriceClass;
import software.amazon.awscdk.services.cloudfront.SecurityPolicyProtocol;
import software.amazon.awscdk.services.cloudfront.ViewerProtocolPolicy;
import software.amazon.awscdk.services.cloudfront.origins.HttpOrigin;
import software.amazon.awscdk.services.cloudfront.origins.VpcOrigin;
import software.amazon.awscdk.services.cloudfront.origins.VpcOriginWithEndpointProps;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ecs.LoadBalancerTargetOptions;
import software.amazon.awscdk.services.elasticloadbalancingv2.AddApplicationTargetsProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationListener;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationProtocol;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationTargetGroup;
import software.amazon.awscdk.services.elasticloadbalancingv2.BaseApplicationListenerProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.HealthCheck;
import software.amazon.awscdk.services.elasticloadbalancingv2.ListenerCertificate;
import software.amazon.awscdk.services.elasticloadbalancingv2.SslPolicy;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;

/// One name for everything over HTTP: CloudFront sends the paths with bodies of any size to the
/// transfer service and all others to the HTTP API, so that a plain `curl` never meets a redirect.
final class FrontDoor {
  static final int TRANSFER_PORT = 8080;

  /// The gateway must not see the viewer's Host, but answers carry URLs with it.
  private static final String KEEP_HOST =
      """
      function handler(event) {
        var request = event.request;
        request.headers['x-forwarded-host'] = { value: request.headers.host.value };
        return request;
      }
      """;

  private static final Duration PATIENCE = Duration.seconds(60);
  private static final int LOG_DAYS = 90;

  private final ApplicationTargetGroup targets;
  private final Distribution distribution;

  FrontDoor(Stack stack, Deployment deployment, Vpc vpc, PlatformService transfer, HttpApi api) {
    ApplicationLoadBalancer balancer = balancer(stack, deployment, vpc, transfer);
    targets = targets(deployment, balancer, transfer);
    distribution = distribution(stack, deployment, balancer, api);
    CfnOutput.Builder.create(stack, "Url")
        .description("Where callers reach the platform")
        .value(deployment.publicUrl().orElse("https://" + distribution.getDistributionDomainName()))
        .build();
  }

  ApplicationTargetGroup targets() {
    return targets;
  }

  Distribution distribution() {
    return distribution;
  }

  private static ApplicationLoadBalancer balancer(
      Stack stack, Deployment deployment, Vpc vpc, PlatformService transfer) {
    SecurityGroup group =
        SecurityGroup.Builder.create(stack, "TransferDoorGroup")
            .vpc(vpc)
            .description("From the VPC origin to the balancer")
            .allowAllOutbound(false)
            .build();
    group.addIngressRule(
        Peer.ipv4(ServicesStack.NETWORK), Port.tcp(listenerPort(deployment)), "VPC origin");
    group.addEgressRule(transfer.group(), Port.tcp(TRANSFER_PORT), "Transfer service");
    transfer.group().addIngressRule(group, Port.tcp(TRANSFER_PORT), "Balancer");
    ApplicationLoadBalancer balancer =
        ApplicationLoadBalancer.Builder.create(stack, "TransferDoor")
            .vpc(vpc)
            .internetFacing(false)
            .securityGroup(group)
            .vpcSubnets(SubnetSelection.builder().subnetType(SubnetType.PRIVATE_ISOLATED).build())
            .idleTimeout(PATIENCE)
            .dropInvalidHeaderFields(true)
            .build();
    Suppression.LOGGED_BEFORE_THE_BALANCER.on(balancer);
    return balancer;
  }

  private static int listenerPort(Deployment deployment) {
    return deployment.domain().isPresent() ? 443 : 80;
  }

  private static ApplicationTargetGroup targets(
      Deployment deployment, ApplicationLoadBalancer balancer, PlatformService transfer) {
    BaseApplicationListenerProps.Builder props =
        BaseApplicationListenerProps.builder().port(listenerPort(deployment)).open(false);
    if (deployment.domain().isPresent()) {
      props
          .protocol(ApplicationProtocol.HTTPS)
          .sslPolicy(SslPolicy.RECOMMENDED_TLS)
          .certificates(
              List.of(
                  ListenerCertificate.fromArn(
                      deployment.domain().orElseThrow().regionalCertificate())));
    } else {
      props.protocol(ApplicationProtocol.HTTP);
    }
    ApplicationListener listener = balancer.addListener("Listener", props.build());
    return listener.addTargets(
        "Transfer",
        AddApplicationTargetsProps.builder()
            .port(TRANSFER_PORT)
            .protocol(ApplicationProtocol.HTTP)
            .healthCheck(HealthCheck.builder().path("/healthz").build())
            .deregistrationDelay(Duration.seconds(120))
            .targets(
                List.of(
                    transfer
                        .service()
                        .loadBalancerTarget(
                            LoadBalancerTargetOptions.builder()
                                .containerName("transfer")
                                .containerPort(TRANSFER_PORT)
                                .build())))
            .build());
  }

  private static Distribution distribution(
      Stack stack, Deployment deployment, ApplicationLoadBalancer balancer, HttpApi api) {
    IOrigin transfer =
        VpcOrigin.withApplicationLoadBalancer(
            balancer,
            VpcOriginWithEndpointProps.builder()
                .protocolPolicy(
                    deployment.domain().isPresent()
                        ? OriginProtocolPolicy.HTTPS_ONLY
                        : OriginProtocolPolicy.HTTP_ONLY)
                .originSslProtocols(List.of(OriginSslPolicy.TLS_V1_2))
                .readTimeout(PATIENCE)
                .build());
    Map<String, BehaviorOptions> streamed = new LinkedHashMap<>();
    for (Route route : streamed()) {
      streamed.put(pattern(route), behaviour(transfer, OriginRequestPolicy.ALL_VIEWER).build());
    }
    HttpOrigin gateway =
        HttpOrigin.Builder.create(
                api.getApiId() + ".execute-api." + stack.getRegion() + "." + stack.getUrlSuffix())
            .protocolPolicy(OriginProtocolPolicy.HTTPS_ONLY)
            .originSslProtocols(List.of(OriginSslPolicy.TLS_V1_2))
            .build();
    Distribution.Builder builder =
        Distribution.Builder.create(stack, "FrontDoor")
            .comment("Firmament: one name for the API and for large transfers")
            .priceClass(PriceClass.PRICE_CLASS_100)
            .enableLogging(true)
            .logBucket(logs(stack))
            .defaultBehavior(
                behaviour(gateway, OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER)
                    .functionAssociations(List.of(keepHost(stack)))
                    .build())
            .additionalBehaviors(streamed);
    Optional<Deployment.Domain> domain = deployment.domain();
    domain.ifPresent(
        d ->
            builder
                .domainNames(List.of(d.name()))
                .certificate(
                    Certificate.fromCertificateArn(stack, "EdgeCertificate", d.certificate()))
                .minimumProtocolVersion(SecurityPolicyProtocol.TLS_V1_2_2021));
    Distribution distribution = builder.build();
    Suppression.WORLDWIDE.on(distribution);
    Suppression.FIREWALL_IS_THE_USERS_CHOICE.on(distribution);
    if (domain.isEmpty()) {
      Suppression.DEFAULT_CERTIFICATE.on(distribution);
    }
    return distribution;
  }

  /// What the transfer service answers, by the contract.
  static List<Route> streamed() {
    return Contract.routes().stream()
        .filter(route -> route.placement() != Route.Placement.LAMBDA)
        .toList();
  }

  /// A route as CloudFront writes it: a star for each parameter.
  static String pattern(Route route) {
    return route.pathTemplate().replaceAll("\\{[^}]*}", "*");
  }

  /// Nothing is cached: every answer depends on who asks.
  private static BehaviorOptions.Builder behaviour(IOrigin origin, IOriginRequestPolicy forward) {
    return BehaviorOptions.builder()
        .origin(origin)
        .allowedMethods(AllowedMethods.ALLOW_ALL)
        .cachePolicy(CachePolicy.CACHING_DISABLED)
        .originRequestPolicy(forward)
        .viewerProtocolPolicy(ViewerProtocolPolicy.HTTPS_ONLY)
        .compress(false);
  }

  private static FunctionAssociation keepHost(Stack stack) {
    return FunctionAssociation.builder()
        .eventType(FunctionEventType.VIEWER_REQUEST)
        .function(
            Function.Builder.create(stack, "KeepHost")
                .comment("Tells the API under which name it was reached")
                .runtime(FunctionRuntime.JS_2_0)
                .code(FunctionCode.fromInline(KEEP_HOST))
                .build())
        .build();
  }

  /// CloudFront writes its logs with an ACL, which the other log bucket does not allow.
  private static Bucket logs(Stack stack) {
    Bucket logs =
        Bucket.Builder.create(stack, "FrontDoorLogs")
            .encryption(BucketEncryption.S3_MANAGED)
            .enforceSsl(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .objectOwnership(ObjectOwnership.BUCKET_OWNER_PREFERRED)
            .lifecycleRules(
                List.of(LifecycleRule.builder().expiration(Duration.days(LOG_DAYS)).build()))
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    Suppression.LOGS_OF_LOGS.on(logs);
    return logs;
  }
}
