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

/// SNMP, UPnP and TR-069 set up so that strangers can manage the device.
public final class ManagementConfigurationRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "management-configuration",
          IssueType.MANAGEMENT_PROTOCOL,
          "Remote management set up insecurely",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-306", "CWE-319", "CWE-1392"),
          List.of(
              "EN 303 645 5.1-1, 5.5-5, 5.6-1",
              "EN 18031-1 AUM-1, SCM-1, ACM-1",
              "CRA Annex I Part I (2)(b), (2)(d), (2)(j)"),
          "Only the server's own configuration file is read, comments and documentation"
              + " are left out, and a setting counts only where it is written down; what a"
              + " server does by default is not guessed. An SNMP community that only certain"
              + " addresses may use does not count as public.",
          "Use SNMP 3 with SHA and AES, or none; keep UPnP off or in secure mode; reach"
              + " management servers by TLS with a verified certificate.");

  private static final Pattern SNMP =
      Pattern.compile("(?:.*/)?(?:snmpd?(?:\\.local)?\\.conf|snmpd?\\.conf\\.d/[^/]+)");
  private static final Pattern OPENWRT_SNMP = Pattern.compile("(?:.*/)?etc/config/(?:mini_)?snmpd");
  private static final Pattern UPNP = Pattern.compile("(?:.*/)?(?:miniupnpd|upnpd)[^/]*\\.conf");
  private static final Pattern OPENWRT_UPNP = Pattern.compile("(?:.*/)?etc/config/upnpd");
  private static final Pattern CWMP =
      Pattern.compile(
          "(?:.*/)?etc/config/(?:easy|i|free)?cwmpd?|(?:.*/)?[^/]*(?:cwmp|tr069|tr-069)[^/]*\\.(?:conf|cfg|xml|ini)");

  private static final SettingChecks CHECKS =
      new SettingChecks(
          List.of(
              Check.of(
                  "snmp-write",
                  SNMP,
                  "^\\s*rwcommunity6?\\s+\\S+",
                  Severity.HIGH,
                  "SNMP lets anyone who knows a word change settings"),
              Check.of(
                  "snmp-public",
                  SNMP,
                  "^\\s*(?:rocommunity6?\\s+(?:public|private)(?:\\s+default)?\\s*$"
                      + "|com2sec6?\\s+\\S+\\s+(?:default|0\\.0\\.0\\.0(?:/0)?)\\s+(?:public|private)\\b)",
                  Severity.MEDIUM,
                  "SNMP answers to a well-known community"),
              Check.of(
                  "snmp-no-authentication",
                  SNMP,
                  "^\\s*(?:ro|rw)user\\s+\\S+\\s+noauth\\b",
                  Severity.MEDIUM,
                  "SNMP 3 lets a user in without authentication"),
              Check.of(
                  "snmp-weak",
                  SNMP,
                  "^\\s*createUser\\s+.*\\b(?:MD5|DES)\\b",
                  Severity.MEDIUM,
                  "SNMP 3 uses MD5 or DES"),
              Check.of(
                  "openwrt-snmp-public",
                  OPENWRT_SNMP,
                  "^\\s*option\\s+'?community'?\\s+'?(?:public|private)\\b",
                  Severity.MEDIUM,
                  "SNMP answers to a well-known community"),
              Check.of(
                  "upnp-not-secure",
                  UPNP,
                  "^\\s*secure_mode\\s*=\\s*no\\b",
                  Severity.MEDIUM,
                  "UPnP lets a host open ports to other hosts"),
              Check.of(
                  "upnp",
                  UPNP,
                  "^\\s*enable_upnp\\s*=\\s*yes\\b",
                  Severity.LOW,
                  "UPnP lets every host of the network open ports"),
              Check.of(
                  "openwrt-upnp-not-secure",
                  OPENWRT_UPNP,
                  "^\\s*option\\s+'?secure_mode'?\\s+'?(?:0|no|off)\\b",
                  Severity.MEDIUM,
                  "UPnP lets a host open ports to other hosts"),
              Check.of(
                  "openwrt-upnp",
                  OPENWRT_UPNP,
                  "^\\s*option\\s+'?enabled'?\\s+'?(?:1|yes|on)\\b",
                  Severity.LOW,
                  "UPnP lets every host of the network open ports"),
              Check.of(
                  "cwmp-plain",
                  CWMP,
                  "(?i)(?:url|acs)\\w*[\"'>\\s=:]+http://",
                  Severity.HIGH,
                  "The management server of TR-069 is reached without TLS")));

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
