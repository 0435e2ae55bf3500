package io.firmament.infra;

import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Tags;
import software.constructs.Construct;

/// The whole platform in one account and region: the stacks, in the order they depend on each
/// other.
final class Platform {
  /// Access logs are allowed by a bucket policy; without this flag CDK uses an ACL, which buckets
  /// owned by their account do not have.
  private static final String LOGS_BY_POLICY = "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy";

  private final StatefulStack stateful;
  private final PipelineStack pipeline;
  private final TimersStack timers;
  private final GatewayStack gateway;
  private final Map<String, ApiStack> areas = new LinkedHashMap<>();
  private final List<ServicesStack> services;
  private final ObservabilityStack observability;

  Platform(Construct scope, Deployment deployment, Artifacts artifacts) {
    scope.getNode().setContext(LOGS_BY_POLICY, true);
    stateful = new StatefulStack(scope, deployment);
    Grants grants = new Grants(stateful, deployment);
    PlatformFunction.Shared shared =
        new PlatformFunction.Shared(deployment, artifacts, stateful.settings(deployment));
    pipeline = new PipelineStack(scope, shared, stateful, grants);
    timers = new TimersStack(scope, shared, grants);
    gateway = new GatewayStack(scope, deployment);
    byArea()
        .forEach(
            (area, routes) ->
                areas.put(area, new ApiStack(scope, area, routes, shared, gateway.api(), grants)));
    services =
        switch (deployment.services()) {
          case ON -> List.of(new ServicesStack(scope, deployment, stateful, grants, gateway.api()));
          case OFF -> List.of();
        };
    observability =
        new ObservabilityStack(
            scope,
            deployment,
            new ObservabilityStack.Watched(
                stateful,
                pipeline,
                timers,
                gateway.api(),
                areas.values().stream().flatMap(area -> area.functions().stream()).toList(),
                services));
    Tags.of(scope).add("firmament", deployment.prefix());
  }

  /// Every stack.
  List<Stack> stacks() {
    List<Stack> all = new ArrayList<>(List.of(stateful, pipeline, timers, gateway, observability));
    all.addAll(areas.values());
    all.addAll(services);
    return List.copyOf(all);
  }

  /// The contract's operations that have a function, by their first tag.
  static Map<String, List<Route>> byArea() {
    Map<String, List<Route>> areas = new LinkedHashMap<>();
    for (Route route : Contract.routes()) {
      if (route.placement().hasFunction()) {
        areas.computeIfAbsent(route.tags().getFirst(), tag -> new ArrayList<>()).add(route);
      }
    }
    return areas;
  }
}
