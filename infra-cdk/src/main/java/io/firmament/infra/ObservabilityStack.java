package io.firmament.infra;

import static io.firmament.schema.Metric.ADVISORY_INDEX_AGE_HOURS;
import static io.firmament.schema.Metric.FEEDS_OVERDUE;
import static io.firmament.schema.Metric.OFFLINE_ROLES_OVERDUE;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.apigatewayv2.HttpApi;
import software.amazon.awscdk.services.budgets.CfnBudget;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sns.subscriptions.EmailSubscription;
import software.constructs.Construct;

/// Who is told what: alarms on dead letters, errors, throttling, 5xx, unhealthy services, offline
/// keys that are waited for and an advisory index that grows old, a dashboard, and a budget where
/// one is wanted.
final class ObservabilityStack extends Stack {
  /// A metric alarm adds up at most ten metrics; an alarm costs money, so functions share them.
  private static final int METRICS_PER_ALARM = 10;

  private static final Duration PERIOD = Duration.minutes(5);

  private final Topic topic;
  private final List<Alarm> alarms = new ArrayList<>();

  /// What is watched besides the queues and the pipeline.
  ///
  /// @param functions of the API
  /// @param services empty where they are switched off
  record Watched(
      StatefulStack stateful,
      PipelineStack pipeline,
      TimersStack timers,
      HttpApi api,
      List<PlatformFunction> functions,
      List<ServicesStack> services) {
    Watched {
      functions = List.copyOf(functions);
      services = List.copyOf(services);
    }
  }

  ObservabilityStack(Construct scope, Deployment deployment, Watched watched) {
    super(scope, Stacks.id(deployment, "Observability"), Stacks.props("Alarms and dashboard"));
    topic = Topic.Builder.create(this, "Alarms").enforceSsl(true).build();
    deployment.alarmEmail().ifPresent(email -> topic.addSubscription(new EmailSubscription(email)));
    deadLetters(watched.stateful());
    functions(watched);
    repositories(deployment);
    advisories(deployment);
    api(watched.api());
    watched.services().forEach(this::services);
    dashboard(deployment, watched);
    deployment.monthlyBudget().ifPresent(usd -> budget(deployment, usd));
  }

  private void deadLetters(StatefulStack stateful) {
    for (StageFunction stage : StageFunction.withQueue()) {
      alarm(
          Stacks.capital(stage.id()) + "DeadLetters",
          "A message of stage " + stage.id() + " failed for good and was not even recorded",
          stateful
              .queues()
              .deadLettersOf(stage)
              .metricApproximateNumberOfMessagesVisible(
                  MetricOptions.builder().period(PERIOD).statistic("Maximum").build()),
          0);
    }
  }

  private void functions(Watched watched) {
    for (Map.Entry<StageFunction, PlatformFunction> entry :
        watched.pipeline().functions().entrySet()) {
      String id = Stacks.capital(entry.getKey().id());
      group(id, List.of(entry.getValue()));
    }
    group("Timers", watched.timers().functions());
    List<PlatformFunction> all = watched.functions();
    for (int i = 0; i < all.size(); i += METRICS_PER_ALARM) {
      group(
          "Api" + i / METRICS_PER_ALARM,
          all.subList(i, Math.min(all.size(), i + METRICS_PER_ALARM)));
    }
  }

  /// Written only while it is not zero, at least every six hours, and so free until then.
  private void repositories(Deployment deployment) {
    alarm(
        "OfflineRolesOverdue",
        "Root or targets of a tenant expires soon: hold a ceremony, or its devices stop updating",
        own(deployment, OFFLINE_ROLES_OVERDUE, Duration.days(1)),
        0);
  }

  /// The age is written by every run, so that a deployment without any index, or without a run for
  /// hours, raises the alarm, too.
  private void advisories(Deployment deployment) {
    alarm(
        "AdvisoryIndexAge",
        "The advisory index was not renewed for three days, or there is none: see the log of"
            + " update-advisories",
        own(deployment, ADVISORY_INDEX_AGE_HOURS, Duration.hours(6)),
        72,
        TreatMissingData.BREACHING);
    alarm(
        "FeedsOverdue",
        "A feed could not be brought up to date for two days: see the log of update-advisories",
        own(deployment, FEEDS_OVERDUE, Duration.hours(6)),
        0);
  }

  private static Metric own(Deployment deployment, String name, Duration period) {
    return Metric.Builder.create()
        .namespace(io.firmament.schema.Metric.namespace(deployment.prefix()))
        .metricName(name)
        .statistic("Maximum")
        .period(period)
        .build();
  }

  private void group(String id, List<PlatformFunction> functions) {
    MetricOptions sum = MetricOptions.builder().period(PERIOD).statistic("Sum").build();
    alarm(
        id + "Errors",
        "A function crashed or timed out",
        total(functions, f -> f.function().metricErrors(sum)),
        0);
    alarm(
        id + "Throttles",
        "A function was called more often than the account allows at once",
        total(functions, f -> f.function().metricThrottles(sum)),
        0);
  }

  private static IMetric total(
      List<PlatformFunction> functions, Function<PlatformFunction, Metric> metric) {
    Map<String, IMetric> terms = new LinkedHashMap<>();
    for (PlatformFunction function : functions) {
      terms.put("m" + terms.size(), metric.apply(function));
    }
    return MathExpression.Builder.create()
        .expression(String.join(" + ", terms.keySet()))
        .usingMetrics(terms)
        .period(PERIOD)
        .build();
  }

  private void api(HttpApi api) {
    alarm(
        "ApiServerErrors",
        "The API answered with 5xx",
        api.metricServerError(MetricOptions.builder().period(PERIOD).statistic("Sum").build()),
        0);
  }

  private void services(ServicesStack services) {
    MetricOptions worst = MetricOptions.builder().period(PERIOD).statistic("Maximum").build();
    for (int i = 0; i < services.deviceTargets().size(); i++) {
      alarm(
          "DeviceUnhealthy" + i,
          "The device service does not accept connections",
          services.deviceTargets().get(i).getMetrics().unHealthyHostCount(worst),
          0);
    }
    alarm(
        "TransferUnhealthy",
        "The transfer service fails its health check",
        services.frontDoor().targets().getMetrics().unhealthyHostCount(worst),
        0);
  }

  private void alarm(String id, String description, IMetric metric, int threshold) {
    alarm(id, description, metric, threshold, TreatMissingData.NOT_BREACHING);
  }

  private void alarm(
      String id, String description, IMetric metric, int threshold, TreatMissingData missing) {
    Alarm alarm =
        Alarm.Builder.create(this, id)
            .alarmDescription(description)
            .metric(metric)
            .threshold(threshold)
            .comparisonOperator(ComparisonOperator.GREATER_THAN_THRESHOLD)
            .evaluationPeriods(1)
            .treatMissingData(missing)
            .build();
    alarm.addAlarmAction(new SnsAction(topic));
    alarms.add(alarm);
  }

  private void dashboard(Deployment deployment, Watched watched) {
    StageQueues queues = watched.stateful().queues();
    List<IMetric> waiting = new ArrayList<>();
    List<IMetric> durations = new ArrayList<>();
    for (StageFunction stage : StageFunction.withQueue()) {
      waiting.add(queues.of(stage).metricApproximateNumberOfMessagesVisible());
      PlatformFunction function = watched.pipeline().functions().get(stage);
      if (function != null) {
        durations.add(function.function().metricDuration());
      }
    }
    Dashboard dashboard =
        Dashboard.Builder.create(this, "Dashboard").dashboardName(deployment.prefix()).build();
    dashboard.addWidgets(
        graph("Requests", List.of(watched.api().metricCount())),
        graph("Latency", List.of(watched.api().metricLatency())),
        graph(
            "Refusals and errors",
            List.of(watched.api().metricClientError(), watched.api().metricServerError())));
    dashboard.addWidgets(graph("Stages: waiting", waiting), graph("Stages: duration", durations));
  }

  private static GraphWidget graph(String title, List<IMetric> metrics) {
    return GraphWidget.Builder.create().title(title).left(metrics).width(8).build();
  }

  private void budget(Deployment deployment, int usd) {
    List<CfnBudget.NotificationWithSubscribersProperty> notifications =
        deployment
            .alarmEmail()
            .map(
                email ->
                    List.of(
                        CfnBudget.NotificationWithSubscribersProperty.builder()
                            .notification(
                                CfnBudget.NotificationProperty.builder()
                                    .comparisonOperator("GREATER_THAN")
                                    .notificationType("FORECASTED")
                                    .threshold(100)
                                    .build())
                            .subscribers(
                                List.of(
                                    CfnBudget.SubscriberProperty.builder()
                                        .address(email)
                                        .subscriptionType("EMAIL")
                                        .build()))
                            .build()))
            .orElse(List.of());
    CfnBudget.Builder.create(this, "Budget")
        .budget(
            CfnBudget.BudgetDataProperty.builder()
                .budgetType("COST")
                .timeUnit("MONTHLY")
                .budgetLimit(CfnBudget.SpendProperty.builder().amount(usd).unit("USD").build())
                .build())
        .notificationsWithSubscribers(notifications)
        .build();
  }
}
