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

/// Update programs that install what nobody has verified.
public final class UpdateConfigurationRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "update-configuration",
          IssueType.UPDATE_INTEGRITY,
          "Updates are not verified",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-347", "CWE-494"),
          List.of(
              "EN 303 645 5.3-2, 5.3-9, 5.3-10",
              "EN 18031-1 SUM-1, SUM-2",
              "CRA Annex I Part I (2)(c), (2)(f), Part II (7)"),
          "Only the update program's own configuration file is read; comments and"
              + " documentation are left out. Package lists over HTTP count only where"
              + " signatures are not checked.",
          "Sign what is installed and verify it on the device with a key that the device"
              + " carries.");

  private static final Pattern OPKG = Pattern.compile("(?:.*/)?etc/opkg(?:/[^/]+)?\\.conf");
  private static final Pattern APT =
      Pattern.compile("(?:.*/)?etc/apt/(?:sources\\.list.*|apt\\.conf.*)");
  private static final Pattern YUM =
      Pattern.compile("(?:.*/)?etc/(?:yum\\.repos\\.d/.*|dnf/dnf\\.conf|yum\\.conf)");
  private static final Pattern RAUC = Pattern.compile("(?:.*/)?etc/rauc/system\\.conf");
  private static final Pattern SWUPDATE = Pattern.compile("(?:.*/)?etc/swupdate\\.cfg");
  private static final Pattern MENDER = Pattern.compile("(?:.*/)?mender/mender\\.conf");

  private static final SettingChecks CHECKS =
      new SettingChecks(
          List.of(
              Check.of(
                      "opkg-signature",
                      OPKG,
                      "^\\s*(?:src|src/gz)\\s+\\S+\\s+http://",
                      Severity.HIGH,
                      "opkg installs packages that nobody verified, over HTTP")
                  .unless("^\\s*option\\s+check_signature\\b"),
              Check.of(
                  "apt-trusted",
                  APT,
                  "\\btrusted=yes\\b|(?i)AllowUnauthenticated\\s+\"?(?:true|1|yes)|AllowInsecureRepositories\\s+\"?(?:true|1|yes)",
                  Severity.HIGH,
                  "apt installs packages that nobody verified"),
              Check.of(
                  "yum-gpgcheck",
                  YUM,
                  "^\\s*gpgcheck\\s*=\\s*(?:0|no|false)\\b",
                  Severity.HIGH,
                  "The package manager installs packages that nobody verified"),
              Check.of(
                      "rauc-keyring",
                      RAUC,
                      "^\\s*\\[system\\]",
                      Severity.HIGH,
                      "RAUC has no key ring to verify bundles with")
                  .unless("^\\s*\\[keyring\\]"),
              Check.of(
                      "swupdate-key",
                      SWUPDATE,
                      "^\\s*globals\\s*[:=]",
                      Severity.MEDIUM,
                      "SWUpdate has no key to verify images with")
                  .unless("^\\s*(?:public-key-file|ca-path)\\s*="),
              Check.of(
                  "mender-skip",
                  MENDER,
                  "\"SkipVerify\"\\s*:\\s*true",
                  Severity.HIGH,
                  "Mender does not verify its server"),
              Check.of(
                      "mender-key",
                      MENDER,
                      "\"ServerURL\"",
                      Severity.MEDIUM,
                      "Mender has no key to verify artifacts with")
                  .unless("\"ArtifactVerifyKeys?\"")));

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
