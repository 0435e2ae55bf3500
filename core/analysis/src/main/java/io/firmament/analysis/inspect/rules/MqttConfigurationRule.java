package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.inspect.rules.SettingChecks.Check;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.List;
import java.util.regex.Pattern;

/// An MQTT broker that lets anyone in or listens in the clear.
public final class MqttConfigurationRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "mqtt-configuration",
          IssueType.INSECURE_SERVICE_CONFIGURATION,
          "MQTT broker set up insecurely",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-306", "CWE-319", "CWE-1188"),
          List.of(
              "EN 303 645 5.5-5, 5.5-1",
              "EN 18031-1 AUM-1, SCM-1, SCM-3",
              "CRA Annex I Part I (2)(b), (2)(d), (2)(e)"),
          "Only the server's own configuration file is read, comments and documentation"
              + " are left out, and a setting counts only where it is written down; what a"
              + " server does by default is not guessed.",
          "Set allow_anonymous false, and give each device a certificate; listen on 8883"
              + " with TLS only.");

  private static final Pattern FILE =
      Pattern.compile("(?:.*/)?(?:mosquitto[^/]*\\.conf|mosquitto/.*\\.conf)");

  private static final SettingChecks CHECKS =
      new SettingChecks(
          List.of(
              Check.of(
                  "anonymous",
                  FILE,
                  "^\\s*allow_anonymous\\s+true\\b",
                  Severity.HIGH,
                  "The MQTT broker lets clients in without a password"),
              Check.of(
                      "plain",
                      FILE,
                      "^\\s*(?:listener|port)\\s+1883(?:\\s+(?!127\\.|localhost|::1|/)\\S+)?\\s*$",
                      Severity.MEDIUM,
                      "The MQTT broker listens without TLS")
                  .unless("^\\s*(?:certfile|bind_address\\s+(?:127\\.|localhost)|psk_file)"),
              Check.of(
                  "old-tls",
                  FILE,
                  "^\\s*(?:bridge_)?tls_version\\s+tlsv1(?:\\.1)?\\s*$",
                  Severity.MEDIUM,
                  "The MQTT broker offers TLS before version 1.2"),
              Check.of(
                  "bridge-insecure",
                  FILE,
                  "^\\s*bridge_insecure\\s+true\\b",
                  Severity.HIGH,
                  "The MQTT bridge does not verify the name of its peer"),
              Check.of(
                  "root",
                  FILE,
                  "^\\s*user\\s+root\\b",
                  Severity.MEDIUM,
                  "The MQTT broker runs as root")));

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    return CHECKS.look(content);
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    return CHECKS.conclude(CARD, noted);
  }
}
