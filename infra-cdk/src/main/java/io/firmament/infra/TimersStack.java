package io.firmament.infra;

import io.firmament.schema.TimerRole;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
  private static final int MEMORY = 1024;
  private static final int DISK_MEGABYTES = 512;

  private final Map<TimerRole, PlatformFunction> functions = new EnumMap<>(TimerRole.class);

  TimersStack(Construct scope, PlatformFunction.Shared shared, Grants grants) {
    super(scope, Stacks.id(shared.deployment(), "Timers"), Stacks.props("What runs by the clock"));
    for (TimerRole timer : TimerRole.values()) {
      PlatformFunction function =
          new PlatformFunction(
              this,
              shared,
              new PlatformFunction.Spec(
                  timer.id(),
                  "Runs every " + timer.minutes() + " min",
                  Family.REST,
                  MEMORY,
                  timeout(timer),
                  DISK_MEGABYTES,
                  grants.of(timer.grants())));
      functions.put(timer, function);
      schedule(timer, function);
    }
  }

  /// The functions, in the order of their roles.
  List<PlatformFunction> functions() {
    return List.copyOf(functions.values());
  }

  private static Duration timeout(TimerRole timer) {
    return switch (timer) {
      case RUN_ROLLOUTS -> Duration.minutes(5);
      case SETTLE_ARTIFACTS, RENEW_REPOSITORIES -> Duration.minutes(15);
    };
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
