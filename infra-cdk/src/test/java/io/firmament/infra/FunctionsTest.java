package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firmament.schema.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What every function has and may do.
class FunctionsTest {
  private static final Synthesis CLOUD = Synthesis.byDefault();
  private static final Pattern RESOURCE = Pattern.compile("GetAtt\\W*(\\w+?)[0-9A-F]{8}");
  private static final Pattern ONLINE_KEYS =
      Pattern.compile(":((?:key/|alias/firmament/|role/firmament-)\\*)");
  private static final String LIST = "actions.tsv";

  @Test
  void runsJava25OnArm() {
    for (JsonNode function : CLOUD.properties("AWS::Lambda::Function")) {
      assertEquals("java25", function.path("Runtime").asText());
      assertEquals("arm64", function.path("Architectures").get(0).asText());
      assertEquals(1, function.path("Architectures").size());
    }
  }

  @Test
  void keepsALogThatForgets() {
    CLOUD
        .resources("AWS::Lambda::Function")
        .forEach(
            (id, function) -> {
              String stack = id.substring(0, id.indexOf('/'));
              String log =
                  Synthesis.target(
                      function.path("Properties").path("LoggingConfig").path("LogGroup"));
              JsonNode group = CLOUD.resource(stack, log).path("Properties");
              assertEquals(30, group.path("RetentionInDays").asInt(), id);
            });
  }

  @Test
  void mayDoExactlyWhatTheCheckedInListSays() throws IOException {
    Map<String, String> found = new TreeMap<>();
    CLOUD
        .resources("AWS::Lambda::Function")
        .forEach(
            (id, function) -> {
              String operation =
                  function
                      .path("Properties")
                      .path("Environment")
                      .path("Variables")
                      .path("OPERATION")
                      .asText();
              found.put(operation, String.join(" ", actions(id, function)));
            });
    Map<String, String> expected = new TreeMap<>();
    try (InputStream in = FunctionsTest.class.getResourceAsStream(LIST)) {
      assertTrue(in != null, LIST);
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .forEach(field -> expected.put(field[0], field[1]));
    }
    assertEquals(
        expected,
        found,
        () ->
            "where the difference is meant, this is the new list:\n"
                + found.entrySet().stream()
                    .map(e -> e.getKey() + "\t" + e.getValue())
                    .collect(Collectors.joining("\n")));
  }

  @Test
  void isNeverGrantedAWildcardAction() {
    int statements = 0;
    for (String type : Set.of("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")) {
      for (JsonNode properties : CLOUD.properties(type)) {
        assertFalse(properties.has("ManagedPolicyArns"), "a managed policy on " + properties);
        for (JsonNode document : properties.findValues("Statement")) {
          for (JsonNode statement : document) {
            statements++;
            assertTrue(
                Synthesis.texts(statement.path("Action")).stream().noneMatch(a -> a.contains("*")),
                statement.toString());
          }
        }
      }
    }
    assertTrue(statements > 50, "policies were looked at");
  }

  /// What reads a queue has somewhere to put what it cannot do; all others answer a caller, or are
  /// started again by the clock.
  @Test
  void losesNoMessage() {
    Set<String> fed = new TreeSet<>();
    for (JsonNode feed : CLOUD.properties("AWS::Lambda::EventSourceMapping")) {
      fed.add(feed.path("FunctionName").findValue("Ref").asText());
      assertEquals(1, feed.path("BatchSize").asInt());
      assertEquals("ReportBatchItemFailures", feed.path("FunctionResponseTypes").get(0).asText());
    }
    assertEquals(StageFunction.values().length, fed.size());
    assertEquals(0, CLOUD.resources("AWS::Lambda::EventInvokeConfig").size());
  }

  @Test
  void carriesNoSecretInItsEnvironment() {
    Set<String> known =
        Arrays.stream(Setting.values()).map(Setting::variable).collect(Collectors.toSet());
    known.addAll(
        Set.of(
            "OPERATION",
            "STAGE",
            "FIRMAMENT_ARTIFACT_PORT",
            "FIRMAMENT_ARTIFACT_URL",
            "FIRMAMENT_CLAIM_PORT",
            "FIRMAMENT_DEVICE_HOSTS",
            "FIRMAMENT_DEVICE_PORT",
            "FIRMAMENT_TRUST_DOMAIN"));
    for (JsonNode function : CLOUD.properties("AWS::Lambda::Function")) {
      function
          .path("Environment")
          .path("Variables")
          .properties()
          .forEach(
              variable ->
                  assertTrue(known.contains(variable.getKey()), "what is " + variable.getKey()));
    }
    for (JsonNode task : CLOUD.properties("AWS::ECS::TaskDefinition")) {
      task.path("ContainerDefinitions")
          .get(0)
          .path("Environment")
          .forEach(variable -> assertTrue(known.contains(variable.path("Name").asText())));
    }
  }

  @Test
  void startsFromASnapshotOnlyWhereAsked() {
    assertTrue(
        CLOUD.properties("AWS::Lambda::Function").stream().noneMatch(f -> f.has("SnapStart")));
    Synthesis snap = Synthesis.of(Map.of("snapStart", "true", "services", "false"));
    assertTrue(
        snap.properties("AWS::Lambda::Function").stream()
            .allMatch(
                f ->
                    f.path("SnapStart").path("ApplyOn").asText().equals("PublishedVersions")
                        == (f.path("EphemeralStorage").path("Size").asInt() == 512)));
  }

  /// Keys of tenants are not known before, so conditions say which they are.
  @Test
  void reachesOnlineKeysByTheirTagsOnlyAndOneFunctionMakesThem() {
    Set<String> makers = new TreeSet<>();
    int statements = 0;
    for (Map.Entry<String, JsonNode> role : CLOUD.resources("AWS::IAM::Role").entrySet()) {
      for (JsonNode document : role.getValue().findValues("Statement")) {
        for (JsonNode statement : document) {
          String text = statement.toString();
          if (Synthesis.texts(statement.path("Action")).contains("kms:CreateKey")) {
            makers.add(role.getKey().replaceAll(".*/(\\w+)Role.*", "$1"));
            assertTrue(
                text.contains("\"kms:KeySpec\":[\"ECC_NIST_P256\",\"ECC_NIST_EDWARDS25519\"]"),
                text);
            assertTrue(text.contains("\"aws:RequestTag/firmament\":\"firmament\""), text);
          }
          if (text.contains(":key/*")) {
            statements++;
            assertTrue(text.contains("Tag/firmament\":\"firmament\""), text);
          }
          if (text.contains("kms:ScheduleKeyDeletion")) {
            assertTrue(text.contains("{\"kms:ResourceAliases\":\"true\"}"), text);
          }
        }
      }
    }
    assertEquals(Set.of("PrepareCeremony"), makers);
    assertTrue(statements > 3, "statements: " + statements);
  }

  @Test
  void startsTimersByTheClock() {
    Map<String, String> rates = new TreeMap<>();
    CLOUD
        .resources("AWS::Scheduler::Schedule")
        .forEach(
            (id, schedule) -> {
              String stack = id.substring(0, id.indexOf('/'));
              JsonNode properties = schedule.path("Properties");
              JsonNode alias =
                  CLOUD.resource(stack, Synthesis.target(properties.path("Target").path("Arn")));
              JsonNode function =
                  CLOUD.resource(
                      stack, Synthesis.target(alias.path("Properties").path("FunctionName")));
              boolean feeds = id.contains("UpdateAdvisories");
              assertEquals(
                  feeds ? PlatformFunction.FEED_HANDLER : PlatformFunction.TIMER_HANDLER,
                  function.path("Properties").path("Handler").asText());
              rates.put(
                  function
                      .path("Properties")
                      .path("Environment")
                      .path("Variables")
                      .path("OPERATION")
                      .asText(),
                  properties.path("ScheduleExpression").asText());
              assertEquals(
                  Synthesis.target(properties.path("Target").path("Arn")),
                  CLOUD
                      .resource(stack, Synthesis.target(properties.path("Target").path("RoleArn")))
                      .findValue("Resource")
                      .path("Ref")
                      .asText());
            });
    assertEquals(
        Map.of(
            "run-rollouts", "rate(1 minute)",
            "settle-artifacts", "rate(5 minutes)",
            "renew-repositories", "rate(15 minutes)",
            "update-advisories", "rate(120 minutes)"),
        rates);
  }

  /// An index of full size is built in memory and disk that other timers do not need.
  @Test
  void givesTheUpdateOfTheIndexWhatItNeeds() {
    JsonNode function = updateOf(CLOUD);
    assertEquals(900, function.path("Timeout").asInt());
    assertEquals(3008, function.path("MemorySize").asInt());
    assertEquals(10240, function.path("EphemeralStorage").path("Size").asInt());
  }

  /// What goes to the environment is encrypted, and only one function may decrypt it, for nothing
  /// else.
  @Test
  void givesTheKeyOfTheNvdToOneFunctionAndSealed() {
    String sealed = "AQICAHhsealed==";
    Synthesis keyed = Synthesis.of(Map.of("nvdApiKey", sealed, "services", "false"));
    for (JsonNode function : keyed.properties("AWS::Lambda::Function")) {
      JsonNode variables = function.path("Environment").path("Variables");
      boolean update = variables.path("OPERATION").asText().equals("update-advisories");
      assertEquals(update ? sealed : "", variables.path("FIRMAMENT_NVD_API_KEY").asText());
    }
    assertFalse(updateOf(CLOUD).path("Environment").path("Variables").has("FIRMAMENT_NVD_API_KEY"));
    List<String> roles =
        keyed.resources("AWS::IAM::Role").entrySet().stream()
            .filter(role -> role.getValue().toString().contains("kms:EncryptionContext:purpose"))
            .map(role -> role.getKey().replaceAll(".*/(\\w+)Role.*", "$1"))
            .toList();
    assertEquals(List.of("UpdateAdvisories"), roles);
  }

  /// What others wrote, results of analyses above all, is nobody's to remove.
  @Test
  void letsOneFunctionRemoveObjectsAndOnlyIndexesAndFeeds() {
    int statements = 0;
    for (Map.Entry<String, JsonNode> role : CLOUD.resources("AWS::IAM::Role").entrySet()) {
      for (JsonNode document : role.getValue().findValues("Statement")) {
        for (JsonNode statement : document) {
          if (Synthesis.texts(statement.path("Action")).contains("s3:DeleteObject")) {
            statements++;
            assertTrue(role.getKey().contains("UpdateAdvisories"), role.getKey());
            assertEquals(2, statement.path("Resource").size());
            assertTrue(statement.path("Resource").get(0).toString().contains("/advisories/*"));
            assertTrue(statement.path("Resource").get(1).toString().contains("/feeds/*"));
          }
        }
      }
    }
    assertEquals(1, statements);
  }

  private static JsonNode updateOf(Synthesis cloud) {
    return cloud.properties("AWS::Lambda::Function").stream()
        .filter(
            f ->
                f.path("Environment")
                    .path("Variables")
                    .path("OPERATION")
                    .asText()
                    .equals("update-advisories"))
        .findFirst()
        .orElseThrow();
  }

  private static SequencedSet<String> actions(String id, JsonNode function) {
    String stack = id.substring(0, id.indexOf('/'));
    String role = Synthesis.target(function.path("Properties").path("Role"));
    TreeSet<String> actions = new TreeSet<>();
    for (JsonNode policy : CLOUD.resource(stack, role).path("Properties").path("Policies")) {
      for (JsonNode statement : policy.path("PolicyDocument").path("Statement")) {
        assertEquals("Allow", statement.path("Effect").asText());
        for (JsonNode resource : statement.path("Resource")) {
          assertTrue(!resource.asText().equals("*"), id);
        }
        if (statement.path("Resource").asText().equals("*")) {
          // There is no other for a key that is yet to be made.
          assertEquals(List.of("kms:CreateKey"), Synthesis.texts(statement.path("Action")), id);
        }
        actions.add(
            resource(statement.path("Resource"))
                + "["
                + String.join(",", Synthesis.texts(statement.path("Action")))
                + "]");
      }
    }
    for (JsonNode policy : CLOUD.properties("AWS::IAM::Policy")) {
      assertTrue(
          Synthesis.each(policy.path("Roles")).noneMatch(r -> Synthesis.target(r).equals(role)),
          () -> id + " has a policy besides its own");
    }
    return actions;
  }

  /// The constructs that a statement is about, without the hash that CDK adds to their names.
  private static String resource(JsonNode resource) {
    SequencedSet<String> names = new TreeSet<>();
    Matcher name = RESOURCE.matcher(resource.toString());
    while (name.find()) {
      names.add(name.group(1));
    }
    Matcher online = ONLINE_KEYS.matcher(resource.toString());
    while (online.find()) {
      names.add(online.group(1));
    }
    if (resource.asText().equals("*")) {
      names.add("*");
    }
    assertFalse(names.isEmpty(), resource.toString());
    return String.join("+", names);
  }
}
