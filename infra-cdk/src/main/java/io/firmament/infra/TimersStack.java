package io.firmament.infra;

import io.firmament.schema.Grant;
import io.firmament.schema.Setting;
import io.firmament.schema.TimerRole;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.iam.ServicePrincipalOpts;
import software.amazon.awscdk.services.scheduler.CfnSchedule;
import software.constructs.Construct;

/// The functions that run by the clock, each with its schedule. A run that fails is tried twice
/// more; one that is lost is made up for by the next.
final class TimersStack extends Stack {
  private final Map<TimerRole, PlatformFunction> functions = new EnumMap<>(TimerRole.class);

  TimersStack(Construct scope, PlatformFunction.Shared shared, Grants grants) {
    super(scope, Stacks.id(shared.deployment(), "Timers"), Stacks.props("What runs by the clock"));
    for (TimerRole timer : TimerRole.values()) {
      PlatformFunction function =
          new PlatformFunction(this, settings(timer, shared), spec(timer, grants));
      functions.put(timer, function);
      schedule(timer, function);
    }
  }

  /// The functions, in the order of their roles.
  List<PlatformFunction> functions() {
    return List.copyOf(functions.values());
  }

  /// An index needs memory for its strings, and disk for the facts of all feeds and what is sorted.
  private static PlatformFunction.Spec spec(TimerRole timer, Grants grants) {
    return switch (timer) {
      case RUN_ROLLOUTS -> spec(timer, grants, Family.REST, 1024, Duration.minutes(5), 512);
      case SETTLE_ARTIFACTS, RENEW_REPOSITORIES ->
          spec(timer, grants, Family.REST, 1024, Duration.minutes(15), 512);
      case UPDATE_ADVISORIES ->
          spec(timer, grants, Family.STAGES, 3008, Duration.minutes(15), 10240);
    };
  }

  private static PlatformFunction.Spec spec(
      TimerRole timer, Grants grants, Family family, int memory, Duration timeout, int disk) {
    return new PlatformFunction.Spec(
        timer.id(),
        "Runs every " + timer.minutes() + " min",
        family,
        memory,
        timeout,
        disk,
        grants.of(timer.grants()));
  }

  /// The key of the NVD's API, encrypted as it is, goes to the one function that may open it.
  private static PlatformFunction.Shared settings(TimerRole timer, PlatformFunction.Shared shared) {
    Optional<String> key = shared.deployment().nvdApiKey();
    if (key.isEmpty() || !timer.grants().contains(Grant.NVD_KEY_OPEN)) {
      return shared;
    }
    Map<String, String> settings = new LinkedHashMap<>(shared.settings());
    settings.put(Setting.NVD_API_KEY.variable(), key.get());
    return new PlatformFunction.Shared(shared.deployment(), shared.artifacts(), settings);
  }

  private void schedule(TimerRole timer, PlatformFunction function) {
    String id = Stacks.capital(timer.id());
    String arn = function.live().getFunctionArn();
    Role role =
        Role.Builder.create(this, id + "ScheduleRole")
            .assumedBy(
                new ServicePrincipal(
                    "scheduler.amazonaws.com",
                    ServicePrincipalOpts.builder()
                        .conditions(
                            Map.of("StringEquals", Map.of("aws:SourceAccount", getAccount())))
                        .build()))
            .description("Starts " + timer.id())
            .inlinePolicies(
                Map.of(
                    "invoke",
                    PolicyDocument.Builder.create()
                        .statements(
                            List.of(Grants.allow(List.of("lambda:InvokeFunction"), List.of(arn))))
                        .build()))
            .build();
    CfnSchedule.Builder.create(this, id + "Schedule")
        .description("Starts " + timer.id())
        .scheduleExpression(
            "rate(" + timer.minutes() + (timer.minutes() == 1 ? " minute)" : " minutes)"))
        .flexibleTimeWindow(CfnSchedule.FlexibleTimeWindowProperty.builder().mode("OFF").build())
        .target(CfnSchedule.TargetProperty.builder().arn(arn).roleArn(role.getRoleArn()).build())
        .build();
  }
}
