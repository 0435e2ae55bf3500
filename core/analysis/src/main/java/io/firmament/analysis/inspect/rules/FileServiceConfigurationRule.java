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

/// File services and databases that let strangers read or write, and sudo without a password.
public final class FileServiceConfigurationRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "file-service-configuration",
          IssueType.INSECURE_SERVICE_CONFIGURATION,
          "File service set up insecurely",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-306", "CWE-284", "CWE-1188", "CWE-250"),
          List.of(
              "EN 303 645 5.5-5, 5.6-1, 5.6-7",
              "EN 18031-1 ACM-1, ACM-2, AUM-1",
              "CRA Annex I Part I (2)(b), (2)(d)"),
          "Only the server's own configuration file is read, comments and documentation"
              + " are left out, and a setting counts only where it is written down; what a"
              + " server does by default is not guessed.",
          "Ask every client for a password or a certificate, export to named hosts only,"
              + " and give sudo the single commands that are needed.");

  private static final Pattern FTP =
      Pattern.compile("(?:.*/)?(?:vsftpd[^/]*\\.conf|etc/config/vsftpd)");
  private static final Pattern PROFTPD = Pattern.compile("(?:.*/)?proftpd[^/]*\\.conf");
  private static final Pattern SAMBA =
      Pattern.compile("(?:.*/)?(?:smb[^/]*\\.conf(?:\\.template)?)");
  private static final Pattern NFS = Pattern.compile("(?:.*/)?etc/exports");
  private static final Pattern RSYNC = Pattern.compile("(?:.*/)?rsyncd\\.conf");
  private static final Pattern REDIS = Pattern.compile("(?:.*/)?redis[^/]*\\.conf");
  private static final Pattern SUDO = Pattern.compile("(?:.*/)?etc/sudoers(?:\\.d/[^/]+)?");

  private static final SettingChecks CHECKS =
      new SettingChecks(
          List.of(
              Check.of(
                  "ftp-anonymous",
                  FTP,
                  "(?i)^\\s*(?:option\\s+)?'?anonymous_enable'?[\\s=]+'?(?:YES|1|on)\\b",
                  Severity.MEDIUM,
                  "FTP lets anyone in"),
              Check.of(
                  "ftp-anonymous-upload",
                  FTP,
                  "(?i)^\\s*(?:option\\s+)?'?anon_(?:upload|mkdir_write|other_write)_enable'?[\\s=]+'?(?:YES|1|on)\\b",
                  Severity.HIGH,
                  "FTP lets anyone write"),
              Check.of(
                  "proftpd-anonymous",
                  PROFTPD,
                  "(?i)^\\s*<Anonymous\\b",
                  Severity.MEDIUM,
                  "FTP lets anyone in"),
              Check.of(
                  "smb1",
                  SAMBA,
                  "(?i)^\\s*(?:server\\s+)?min\\s+protocol\\s*=\\s*(?:NT1|LANMAN[12]|CORE)",
                  Severity.MEDIUM,
                  "Samba offers SMB 1"),
              Check.of(
                  "smb-null-passwords",
                  SAMBA,
                  "(?i)^\\s*null\\s+passwords\\s*=\\s*(?:yes|true)",
                  Severity.HIGH,
                  "Samba lets accounts without a password in"),
              Check.of(
                  "smb-guest",
                  SAMBA,
                  "(?i)^\\s*(?:guest\\s+ok|public)\\s*=\\s*(?:yes|true)",
                  Severity.MEDIUM,
                  "Samba lets guests into a share"),
              Check.of(
                  "smb-plain",
                  SAMBA,
                  "(?i)^\\s*encrypt\\s+passwords\\s*=\\s*(?:no|false)",
                  Severity.HIGH,
                  "Samba takes passwords in the clear"),
              Check.of(
                  "nfs-root",
                  NFS,
                  "^\\s*/\\S*\\s.*\\bno_root_squash\\b",
                  Severity.HIGH,
                  "NFS gives root of a client the rights of root"),
              Check.of(
                  "nfs-everyone",
                  NFS,
                  "^\\s*/\\S*\\s+\\*?\\((?:[^)]*,)?rw\\b",
                  Severity.HIGH,
                  "NFS lets every host write"),
              Check.of(
                      "rsync-write",
                      RSYNC,
                      "(?i)^\\s*read\\s+only\\s*=\\s*(?:no|false)",
                      Severity.HIGH,
                      "rsync lets anyone write")
                  .unless("(?i)^\\s*(?:auth\\s+users|hosts\\s+allow)\\s*="),
              Check.of(
                  "redis-open",
                  REDIS,
                  "^\\s*protected-mode\\s+no\\b",
                  Severity.HIGH,
                  "Redis lets other hosts in without a password"),
              Check.of(
                  "sudo-everything",
                  SUDO,
                  "^\\s*(?!root\\b|%sudo\\b|%wheel\\b)\\S+\\s+ALL\\s*=\\s*(?:\\([^)]*\\)\\s*)?NOPASSWD:\\s*ALL\\b",
                  Severity.MEDIUM,
                  "sudo gives a user all rights without a password")));

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
