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

/// A web server that offers obsolete TLS, lists folders or runs as root.
public final class WebServerConfigurationRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "web-server-configuration",
          IssueType.INSECURE_SERVICE_CONFIGURATION,
          "Web server set up insecurely",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-1188", "CWE-326", "CWE-548", "CWE-250"),
          List.of(
              "EN 303 645 5.5-1, 5.6-7",
              "EN 18031-1 SCM-1, SCM-2, CRY-1",
              "CRA Annex I Part I (2)(b), (2)(e), (2)(j)"),
          "Only the server's own configuration file is read, comments and documentation"
              + " are left out, and a setting counts only where it is written down; what a"
              + " server does by default is not guessed. Sites and modules that are available"
              + " but not enabled are left out.",
          "Offer TLS 1.2 and 1.3 only, switch folder listings off, and run the server as"
              + " a user of its own.");

  private static final Pattern LIGHTTPD =
      Pattern.compile("(?:.*/)?(?:[^/]*lighttpd[^/]*\\.conf|lighttpd/.*\\.conf)");
  private static final Pattern NGINX =
      Pattern.compile("(?:.*/)?nginx/(?!snippets/).*(?:\\.conf|sites-enabled/.*)");
  private static final Pattern APACHE =
      Pattern.compile(
          "(?:.*/)?(?:apache2?|httpd)/(?!mods-available|sites-available|conf-available).*\\.conf");
  private static final Pattern UHTTPD = Pattern.compile("(?:.*/)?etc/config/uhttpd");
  private static final Pattern SMALL =
      Pattern.compile("(?:.*/)?(?:boa|thttpd|mini_httpd|webs|goahead)[^/]*\\.conf");

  private static final SettingChecks CHECKS =
      new SettingChecks(
          List.of(
              Check.of(
                  "lighttpd-ssl3",
                  LIGHTTPD,
                  "ssl\\.use-sslv[23]\\s*=\\s*\"enable\"",
                  Severity.HIGH,
                  "The web server offers SSL 2 or 3"),
              Check.of(
                  "lighttpd-tls1",
                  LIGHTTPD,
                  "\"MinProtocol\"\\s*=>\\s*\"(?:SSLv3|TLSv1(?:\\.[01])?)\"",
                  Severity.MEDIUM,
                  "The web server offers TLS before version 1.2"),
              Check.of(
                  "lighttpd-listing",
                  LIGHTTPD,
                  "(?:dir-listing\\.activate|server\\.dir-listing)\\s*=\\s*\"enable\"",
                  Severity.LOW,
                  "The web server lists folders"),
              Check.of(
                  "lighttpd-root",
                  LIGHTTPD,
                  "^\\s*server\\.username\\s*=\\s*\"root\"",
                  Severity.MEDIUM,
                  "The web server runs as root"),
              Check.of(
                  "lighttpd-plain",
                  LIGHTTPD,
                  "^\\s*auth\\.backend\\s*=\\s*\"plain\"",
                  Severity.MEDIUM,
                  "The web server keeps passwords in the clear"),
              Check.of(
                  "nginx-ssl3",
                  NGINX,
                  "^\\s*ssl_protocols\\s[^;]*\\bSSLv[23]\\b",
                  Severity.HIGH,
                  "The web server offers SSL 2 or 3"),
              Check.of(
                  "nginx-tls1",
                  NGINX,
                  "^\\s*ssl_protocols\\s(?!.*SSLv)[^;]*\\bTLSv1(?:\\.1)?(?=[\\s;])",
                  Severity.MEDIUM,
                  "The web server offers TLS before version 1.2"),
              Check.of(
                  "nginx-ciphers",
                  NGINX,
                  "^\\s*ssl_ciphers\\s[^;]*(?<![!-])\\b(?:RC4|DES|3DES|NULL|EXP(?:ORT)?|MD5)\\b",
                  Severity.MEDIUM,
                  "The web server offers obsolete ciphers"),
              Check.of(
                  "nginx-listing",
                  NGINX,
                  "^\\s*autoindex\\s+on\\s*;",
                  Severity.LOW,
                  "The web server lists folders"),
              Check.of(
                  "nginx-root",
                  NGINX,
                  "^\\s*user\\s+root\\b",
                  Severity.MEDIUM,
                  "The web server runs as root"),
              Check.of(
                  "apache-ssl3",
                  APACHE,
                  "(?i)^\\s*SSLProtocol\\s(?:.*\\s)?\\+?SSLv[23]\\b",
                  Severity.HIGH,
                  "The web server offers SSL 2 or 3"),
              Check.of(
                  "apache-tls1",
                  APACHE,
                  "(?i)^\\s*SSLProtocol\\s(?:.*\\s)?\\+?TLSv1(?:\\.1)?(?:\\s|$)",
                  Severity.MEDIUM,
                  "The web server offers TLS before version 1.2"),
              Check.of(
                  "apache-root",
                  APACHE,
                  "(?i)^\\s*User\\s+root\\b",
                  Severity.MEDIUM,
                  "The web server runs as root"),
              Check.of(
                      "uhttpd-plain",
                      UHTTPD,
                      "^\\s*(?:list|option)\\s+'?listen_http'?\\s+'?+(?!127\\.|\\[::1\\])",
                      Severity.LOW,
                      "The web interface is offered without TLS")
                  .unless("^\\s*option\\s+'?redirect_https'?\\s+'?(?:1|on|yes)"),
              Check.of(
                  "small-root",
                  SMALL,
                  "(?i)^\\s*user\\s*[= ]\\s*(?:root|0)\\s*$",
                  Severity.MEDIUM,
                  "The web server runs as root")));

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
