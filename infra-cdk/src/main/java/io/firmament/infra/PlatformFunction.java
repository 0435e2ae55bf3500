package io.firmament.infra;

import io.firmament.schema.TimerRole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// A Lambda function with all that belongs to it: its own role that may do what is granted and
/// write its log, a log group that forgets, and the alias `live` that everything calls.
final class PlatformFunction {
  private static final String DEAD_LETTER = StageFunction.DEAD_LETTER.id();
  static final String DEAD_LETTER_HANDLER = "io.firmament.stages.DeadLetterFunction";
  private static final String MONITOR = StageFunction.MONITOR.id();
  static final String MONITOR_HANDLER = "io.firmament.stages.MonitorFunction";
  static final String TIMER_HANDLER = "io.firmament.rest.TimerFunction";
  static final String FEED_HANDLER = "io.firmament.stages.feeds.FeedFunction";
  private static final int SNAPSHOT_DISK = 512;

  private final Function function;
  private final Alias live;

  /// What one function is.
  ///
  /// @param operation what the entry class runs: an operationId or a stage
  /// @param statements what it may do besides logging
  record Spec(
      String operation,
      String description,
      Family family,
      int memory,
      Duration timeout,
      int diskMegabytes,
      List<PolicyStatement> statements) {
    Spec {
      statements = List.copyOf(statements);
    }
  }

  /// What all functions of a deployment share.
  ///
  /// @param settings their environment
  record Shared(Deployment deployment, Artifacts artifacts, Map<String, String> settings) {
    Shared {
      settings = Map.copyOf(settings);
    }
  }

  PlatformFunction(Construct scope, Shared shared, Spec spec) {
    String id = Stacks.capital(spec.operation());
    String name = shared.deployment().prefix() + "-" + spec.operation();
    LogGroup log =
        LogGroup.Builder.create(scope, id + "Log")
            .logGroupName("/aws/lambda/" + name)
            .retention(Stacks.retention(shared.deployment()))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    Role role = role(scope, id, spec, log);
    // One reason a rule and role: the second would not be heard.
    if (spec.statements().stream().anyMatch(PlatformFunction::namesKeysOfTenants)) {
      Suppression.KEYS_OF_TENANTS.on(role);
    } else if (spec.statements().stream().anyMatch(PlatformFunction::namesObjects)) {
      Suppression.OBJECTS_OF_A_BUCKET.on(role);
    } else if (spec.statements().stream().anyMatch(PlatformFunction::assumesRoles)) {
      Suppression.ROLES_OF_TENANTS.on(role);
    }
    Map<String, String> environment = new LinkedHashMap<>(shared.settings());
    environment.put("OPERATION", spec.operation());
    if (StageFunction.stages().stream().anyMatch(stage -> stage.id().equals(spec.operation()))) {
      environment.put("STAGE", spec.operation());
    }
    function =
        Function.Builder.create(scope, id)
            .functionName(name)
            .description(spec.description())
            .runtime(Runtime.JAVA_25)
            .architecture(Architecture.ARM_64)
            .code(Code.fromAsset(shared.artifacts().of(spec.family()).toString()))
            .handler(handler(spec))
            .memorySize(spec.memory())
            .timeout(spec.timeout())
            .ephemeralStorageSize(Size.mebibytes(spec.diskMegabytes()))
            .environment(environment)
            .role(role)
            .logGroup(log)
            .snapStart(snapStart(shared.deployment(), spec))
            .build();
    live =
        Alias.Builder.create(scope, id + "Live")
            .aliasName("live")
            .version(function.getCurrentVersion())
            .build();
  }

  Function function() {
    return function;
  }

  Alias live() {
    return live;
  }

  private static Role role(Construct scope, String id, Spec spec, LogGroup log) {
    List<PolicyStatement> statements = new ArrayList<>(spec.statements());
    statements.add(
        Grants.allow(
            List.of("logs:CreateLogStream", "logs:PutLogEvents"), List.of(log.getLogGroupArn())));
    return Role.Builder.create(scope, id + "Role")
        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
        .description("Runs " + spec.operation())
        .inlinePolicies(
            Map.of("grants", PolicyDocument.Builder.create().statements(statements).build()))
        .build();
  }

  /// Where it is asked for, and the function has no more disk than a snapshot may: stages have, and
  /// nobody waits for those to start.
  private static @Nullable SnapStartConf snapStart(Deployment deployment, Spec spec) {
    return switch (deployment.snapStart()) {
      case ON -> spec.diskMegabytes() > SNAPSHOT_DISK ? null : SnapStartConf.ON_PUBLISHED_VERSIONS;
      case OFF -> null;
    };
  }

  private static String handler(Spec spec) {
    if (spec.operation().equals(DEAD_LETTER)) {
      return DEAD_LETTER_HANDLER;
    }
    if (spec.operation().equals(MONITOR)) {
      return MONITOR_HANDLER;
    }
    return TimerRole.find(spec.operation())
        .map(timer -> timer == TimerRole.UPDATE_ADVISORIES ? FEED_HANDLER : TIMER_HANDLER)
        .orElse(spec.family().handler());
  }

  private static boolean namesKeysOfTenants(PolicyStatement statement) {
    return statement.getActions().stream().anyMatch(Grants.ONLINE_KEY_ACTIONS::contains)
        && statement.getResources().stream().anyMatch(resource -> resource.endsWith("*"));
  }

  private static boolean assumesRoles(PolicyStatement statement) {
    return statement.getActions().contains("sts:AssumeRole");
  }

  private static boolean namesObjects(PolicyStatement statement) {
    return statement.getActions().stream().anyMatch(action -> action.startsWith("s3:"));
  }
}
