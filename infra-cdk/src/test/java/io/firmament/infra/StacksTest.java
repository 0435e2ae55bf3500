package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Sizes, names and what is watched.
class StacksTest {
  private static final Synthesis CLOUD = Synthesis.byDefault();

  @Test
  void staysBelowTheLimitOfAStack() {
    CLOUD
        .templates()
        .forEach(
            (name, template) ->
                assertTrue(template.path("Resources").size() < 400, name + " is too big"));
  }

  @Test
  void deploysNoCustomResource() {
    CLOUD
        .templates()
        .forEach(
            (name, template) ->
                template
                    .path("Resources")
                    .forEach(r -> assertTrue(!r.path("Type").asText().startsWith("Custom"), name)));
  }

  @Test
  void watchesDeadLettersErrorsAndServices() {
    Map<String, ?> alarms = CLOUD.resources("AWS::CloudWatch::Alarm");
    for (String name :
        new String[] {
          "UnpackDeadLetters",
          "PublishDeadLetters",
          "DeadLetterErrors",
          "TimersErrors",
          "OfflineRolesOverdue",
          "AdvisoryIndexAge",
          "FeedsOverdue",
          "Api0Errors",
          "ApiServerErrors",
          "DeviceUnhealthy0",
          "TransferUnhealthy"
        }) {
      assertTrue(
          alarms.keySet().stream().anyMatch(id -> id.startsWith("Firmament-Observability/" + name)),
          name);
    }
    CLOUD
        .properties("AWS::CloudWatch::Alarm")
        .forEach(alarm -> assertEquals(1, alarm.path("AlarmActions").size()));
  }

  /// An index that nobody builds writes no age.
  @Test
  void raisesTheAlarmWhereTheIndexHasNoAge() {
    List<String> missing =
        CLOUD.properties("AWS::CloudWatch::Alarm").stream()
            .filter(alarm -> alarm.path("TreatMissingData").asText().equals("breaching"))
            .map(alarm -> alarm.path("MetricName").asText())
            .toList();
    assertEquals(List.of("AdvisoryIndexAgeHours"), missing);
  }

  @Test
  void namesEverythingAfterThePrefix() {
    Synthesis other = Synthesis.of(Map.of("prefix", "acme", "services", "false"));
    assertTrue(other.templates().keySet().stream().allMatch(name -> name.startsWith("Acme-")));
    assertTrue(
        other.properties("AWS::Lambda::Function").stream()
            .allMatch(f -> f.path("FunctionName").asText().startsWith("acme-")));
  }

  @Test
  void refusesARetentionThatCloudWatchDoesNotKnow() {
    Map<String, String> context = Map.of("logRetentionDays", "31", "services", "false");
    assertThrows(IllegalArgumentException.class, () -> Synthesis.of(context));
  }
}
