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

/// An SSH server that lets too many in, or speaks obsolete cryptography.
public final class SshConfigurationRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "ssh-configuration",
          IssueType.INSECURE_SERVICE_CONFIGURATION,
          "SSH server set up insecurely",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-1188", "CWE-326", "CWE-287"),
          List.of(
              "EN 303 645 5.1-3, 5.5-1, 5.6-3",
              "EN 18031-1 AUM-1, AUM-2, SCM-2, CRY-1",
              "CRA Annex I Part I (2)(b), (2)(d)"),
          "Only the server's own configuration file is read, comments and documentation"
              + " are left out, and a setting counts only where it is written down; what a"
              + " server does by default is not guessed.",
          "Set PermitRootLogin no, PermitEmptyPasswords no and PasswordAuthentication no;"
              + " leave the algorithms to the defaults of a current version.");

  private static final Pattern SSHD =
      Pattern.compile("(?:.*/)?sshd?/sshd_config(?:\\.d/[^/]+\\.conf)?|(?:.*/)?etc/sshd_config");
  private static final Pattern DROPBEAR = Pattern.compile("(?:.*/)?etc/config/dropbear");
  private static final Pattern DROPBEAR_START =
      Pattern.compile(
          "(?:.*/)?etc/(?:default/dropbear|init\\.d/[^/]*(?:dropbear|sshd?)|rc\\.local)");

  private static final SettingChecks CHECKS =
      new SettingChecks(
          List.of(
              Check.of(
                  "empty-passwords",
                  SSHD,
                  "(?i)^\\s*PermitEmptyPasswords\\s+yes\\b",
                  Severity.HIGH,
                  "SSH lets accounts without a password in"),
              Check.of(
                  "root-login",
                  SSHD,
                  "(?i)^\\s*PermitRootLogin\\s+yes\\b",
                  Severity.MEDIUM,
                  "SSH lets root in with a password"),
              Check.of(
                  "protocol-1",
                  SSHD,
                  "(?i)^\\s*Protocol\\s+(?:1|2\\s*,\\s*1|1\\s*,\\s*2)\\b",
                  Severity.HIGH,
                  "SSH offers protocol version 1"),
              Check.of(
                  "weak-ciphers",
                  SSHD,
                  "(?i)^\\s*Ciphers\\s+[^-].*(?:arcfour|3des|blowfish|cast128|des-cbc)",
                  Severity.MEDIUM,
                  "SSH offers obsolete ciphers"),
              Check.of(
                  "weak-macs",
                  SSHD,
                  "(?i)^\\s*MACs\\s+[^-].*(?:hmac-md5|hmac-sha1-96|umac-32)",
                  Severity.LOW,
                  "SSH offers obsolete message authentication"),
              Check.of(
                  "weak-key-exchange",
                  SSHD,
                  "(?i)^\\s*KexAlgorithms\\s+[^-].*(?:group1-sha1|group-exchange-sha1)",
                  Severity.MEDIUM,
                  "SSH offers an obsolete key exchange"),
              Check.of(
                  "strict-modes",
                  SSHD,
                  "(?i)^\\s*StrictModes\\s+no\\b",
                  Severity.LOW,
                  "SSH does not check who may change its key files"),
              Check.of(
                  "password",
                  SSHD,
                  "(?i)^\\s*PasswordAuthentication\\s+yes\\b",
                  Severity.LOW,
                  "SSH takes passwords"),
              Check.of(
                  "dropbear-root-password",
                  DROPBEAR,
                  "(?i)^\\s*option\\s+'?RootPasswordAuth'?\\s+'?(?:on|1|yes)\\b",
                  Severity.LOW,
                  "SSH lets root in with a password"),
              Check.of(
                  "dropbear-blank",
                  DROPBEAR_START,
                  "\\bdropbear\\b[^#]*\\s-[a-zA-Z]*B\\b|^\\s*DROPBEAR_\\w*ARGS=[\"'][^\"']*-B\\b",
                  Severity.HIGH,
                  "SSH lets accounts without a password in")));

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
