package io.firmament.rest;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.firmament.aws.AwsClients;
import io.firmament.base.Ids;
import io.firmament.platform.trust.RepositoryRenewal;
import io.firmament.schema.Metric;
import io.firmament.schema.Setting;
import io.firmament.schema.TimerRole;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/// The entry class of the functions that run by the clock: the environment variable `OPERATION`
/// says which [TimerRole] this function has.
///
/// It fails, and so raises the alarm on errors, when something could not be renewed; what is near
/// its end offline goes into a metric. A run that is lost is made up for by the next.
public final class TimerFunction implements RequestStreamHandler {
  private static final int ROLLOUTS_AT_A_TIME = 100;
  private static final int ARTIFACTS_AT_A_TIME = 20;

  /// What is left of the function's time when it begins nothing new.
  private static final Duration RESERVE = Duration.ofSeconds(20);

  private final TimerRole role;
  private final Platform platform;
  private final String namespace;
  private final PrintStream metrics;

  /// As Lambda makes it.
  public TimerFunction() {
    this(System.getenv());
  }

  TimerFunction(Map<String, String> environment) {
    this(
        role(environment.getOrDefault("OPERATION", "")),
        new Platform(
            new DeployedPorts(environment, AwsClients.of(environment)),
            Clock.systemUTC(),
            Ids.random(),
            new SecureRandom()),
        Metric.namespace(Setting.KEY_PREFIX.in(environment)),
        System.out);
  }

  /// The same over given ports.
  ///
  /// @param namespace of metrics
  /// @param metrics where lines in CloudWatch's embedded metric format go
  public TimerFunction(TimerRole role, Platform platform, String namespace, PrintStream metrics) {
    this.role = role;
    this.platform = platform;
    this.namespace = namespace;
    this.metrics = metrics;
  }

  private static TimerRole role(String id) {
    return TimerRole.find(id)
        .orElseThrow(() -> new IllegalStateException("OPERATION names no timer: " + id));
  }

  @Override
  public void handleRequest(InputStream in, OutputStream out, Context context) {
    run(Duration.ofMillis(context.getRemainingTimeInMillis()));
  }

  /// Does what is due.
  ///
  /// @param time how much of it there is
  public void run(Duration time) {
    switch (role) {
      case RUN_ROLLOUTS -> platform.rolloutRunner().runDue(ROLLOUTS_AT_A_TIME);
      case SETTLE_ARTIFACTS -> platform.publishing().sweep(ARTIFACTS_AT_A_TIME);
      case RENEW_REPOSITORIES ->
          said(
              platform
                  .repositoryRenewal()
                  .runDue(platform.clock().instant().plus(time).minus(RESERVE)));
      case UPDATE_ADVISORIES ->
          throw new IllegalStateException("this timer has an entry class of its own");
    }
  }

  private void said(RepositoryRenewal.Report report) {
    if (report.offlineOverdue() > 0) {
      metrics.println(
          Metric.line(
              namespace,
              platform.clock().millis(),
              Metric.OFFLINE_ROLES_OVERDUE,
              report.offlineOverdue()));
    }
    // What fails raises an alarm; the log says which it was.
    if (report.failed() > 0 || report.unsigned() > 0) {
      throw new IllegalStateException(
          "%d of %d repositories could not be renewed, and %d online roles not be signed"
              .formatted(report.failed(), report.total(), report.unsigned()));
    }
  }
}
