package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Passwords and keys in the clear in configuration files: wireless networks, dial-in, brokers,
/// management servers, databases.
public final class ConfiguredSecretRule implements Rule {
  private static final int LONGEST_LINE = 2_000;
  private static final int MOST = 100;

  // Files of one purpose, where the form of a line says what it is.
  private static final Pattern DIAL_IN = Pattern.compile("(?:.*/)?(?:chap|pap)-secrets");
  private static final Pattern WIRELESS =
      Pattern.compile(
          "(?:.*/)?(?:wpa_supplicant[^/]*|hostapd[^/]*|wireless|[^/]+\\.nmconnection|RT\\d+[^/]*\\.dat)");
  private static final Pattern IPSEC = Pattern.compile("(?:.*/)?ipsec\\.secrets");
  private static final Pattern PLAIN =
      Pattern.compile("(?:.*/)?(?:\\.netrc|_netrc|\\.pgpass|rsyncd\\.secrets|\\.git-credentials)");

  // Files of settings in general.
  private static final Pattern SETTINGS =
      Pattern.compile(
          "(?:.*/)?(?:etc/config/[^/]+|[^/]*\\.(?:conf|cnf|cfg|ini|xml|json|ya?ml|toml|properties"
              + "|env|config|dat|nvram|default|defaults)|\\.env|nvram[^/]*|default_?config[^/]*"
              + "|\\.my\\.cnf)");
  private static final Pattern NOT_SETTINGS =
      Pattern.compile(
          "(?:.*/)?(?:nsswitch\\.conf|pam\\.d/.*|login\\.defs|package(?:-lock)?\\.json|composer\\.json"
              + "|debconf\\.conf|deluser\\.conf|adduser\\.conf|.*/(?:lang|language|languages|i18n"
              + "|locales?|translations?|schemas?|dbus-1|mime|fonts?|polkit-1|system\\.d)/.*"
              + "|(?:lang|language|locale|strings?|messages?)[^/]*\\.(?:json|xml|ini|properties))");

  private static final Pattern WIRELESS_LINE =
      Pattern.compile(
          "^\\s*(?:option\\s+)?(?<name>psk|wpa_passphrase|wpa_psk|sae_password|wep_key\\d|password"
              + "|key\\d?|WPAPSK\\d?|Key\\dStr\\d?)(?:\\s*=\\s*|\\s+)(?<quote>[\"']?)"
              + "(?<value>[^\"'#\\s][^\"']{4,80}?)\\k<quote>\\s*$");
  private static final Pattern DIAL_IN_LINE =
      Pattern.compile(
          "^\\s*(?<name>\"[^\"]*\"|\\S+)\\s+(?:\"[^\"]*\"|\\S+)\\s+\"?(?<value>[^\"\\s]+)\"?.*$");
  private static final Pattern IPSEC_LINE =
      Pattern.compile("^(?<name>[^#]*?):\\s*(?:PSK|XAUTH|EAP)\\s+\"(?<value>[^\"]+)\".*$");
  private static final Pattern PLAIN_LINE =
      Pattern.compile(
          "^(?:machine\\s+(?<name>\\S+)\\s.*?password\\s+(?<value>\\S+).*"
              + "|[^:#\\s]+:[^:\\s]+(?::[^:\\s]+:[^:\\s]+)?:(?<colon>[^:\\s]+))$");
  private static final Pattern NAME =
      Pattern.compile(
          "(?i)(?:[a-z0-9]+[_.-])*?(?:[a-z0-9]*(?:passw(?:or)?d|passwd|passphrase|passwort)"
              + "|(?:wpa|wep|wl|ap|wifi|wlan)?_?psk|(?:client|app|shared|api|auth)_?secret"
              + "|secret_?(?:access_?)?key|api_?key|access_?token|auth_?token|bearer_?token"
              + "|private_?key)\\d*");
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "^\\s*(?:export\\s+|set\\s+|option\\s+)?[\"']?(?<name>[A-Za-z][\\w.-]{1,60})[\"']?"
              + "(?:\\s*[=:]\\s*|\\s+(?=['\"]))"
              + "(?:\"(?<double>[^\"]{3,120})\"|'(?<single>[^']{3,120})'|(?<bare>[^\\s\"'<>,;#]{3,120}))"
              + "\\s*[,;]?\\s*$");
  private static final Pattern ELEMENT =
      Pattern.compile(
          "<(?<name>[A-Za-z][\\w.-]{1,60})(?:\\s[^<>]{0,200})?>(?<value>[^<>\\s]{3,120})</");
  private static final Pattern ATTRIBUTES =
      Pattern.compile(
          "name=\"(?<name>[A-Za-z][\\w.-]{1,60})\"\\s+(?:value|val)=\"(?<value>[^\"<>\\s]{3,120})\"");

  private static final RuleCard CARD =
      new RuleCard(
          "configured-secret",
          IssueType.HARDCODED_CREDENTIAL,
          "Password in the clear in a configuration file",
          Severity.MEDIUM,
          Confidence.MEDIUM,
          List.of("CWE-312", "CWE-798", "CWE-260"),
          List.of(
              "EN 303 645 5.1-1, 5.4-1, 5.4-3",
              "EN 18031-1 SSM-1, AUM-5",
              "CRA Annex I Part I (2)(b), (2)(e)"),
          "Files are read by their role: wireless settings, dial-in secrets, IPsec, netrc and the"
              + " like with high confidence; other settings only where the whole name of the"
              + " setting is that of a secret and the value is neither a placeholder, a variable, a"
              + " path nor a word such as none or yes. Hashes, translations, schemas,"
              + " documentation, comments and the configuration of PAM and nsswitch are left out.",
          "Ship without a password, or with one for each device; store secrets with narrow rights,"
              + " in a secure element where there is one.");

  private record Found(Blob blob, String name, String value, boolean sure) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    List<Pattern> forms = forms(content);
    boolean settings = forms.isEmpty() && content.named(SETTINGS) && !content.named(NOT_SETTINGS);
    boolean sample = content.blob().paths().stream().allMatch(Samples::is);
    if (sample || (forms.isEmpty() && !settings) || content.text().isEmpty()) {
      return List.of();
    }
    List<Noted> noted = new ArrayList<>();
    for (String line : withoutMarkupComments(content.text().orElse("")).split("\r?\n")) {
      boolean comment = line.strip().startsWith("#") || line.strip().startsWith(";");
      if (comment || line.length() > LONGEST_LINE || noted.size() >= MOST) {
        continue;
      }
      if (settings) {
        setting(content.blob(), line, noted);
      } else {
        forms.forEach(form -> special(content.blob(), form.matcher(line), noted));
      }
    }
    return noted;
  }

  private static String withoutMarkupComments(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    int from = 0;
    for (int open = text.indexOf("<!--"); open >= 0; open = text.indexOf("<!--", from)) {
      kept.append(text, from, open);
      int close = text.indexOf("-->", open);
      from = close < 0 ? text.length() : close + 3;
    }
    return kept.append(text, from, text.length()).toString();
  }

  private static List<Pattern> forms(Content content) {
    if (content.named(DIAL_IN)) {
      return List.of(DIAL_IN_LINE);
    }
    if (content.named(WIRELESS)) {
      return List.of(WIRELESS_LINE);
    }
    if (content.named(IPSEC)) {
      return List.of(IPSEC_LINE);
    }
    return content.named(PLAIN) ? List.of(PLAIN_LINE) : List.of();
  }

  private static void special(Blob blob, Matcher matcher, List<Noted> into) {
    if (!matcher.matches()) {
      return;
    }
    boolean colon = matcher.pattern().namedGroups().containsKey("colon");
    String value = matcher.group("value");
    if (value == null && colon) {
      value = matcher.group("colon");
    }
    String name = matcher.group("name");
    if (value != null && Plausibility.secret(value)) {
      into.add(new Found(blob, name == null ? "password" : name.strip(), value, true));
    }
  }

  private static void setting(Blob blob, String line, List<Noted> into) {
    Matcher assignment = ASSIGNMENT.matcher(line);
    if (assignment.matches()) {
      for (String form : List.of("double", "single", "bare")) {
        add(blob, assignment.group("name"), assignment.group(form), into);
      }
      return;
    }
    for (Pattern pattern : List.of(ELEMENT, ATTRIBUTES)) {
      Matcher matcher = pattern.matcher(line);
      while (matcher.find()) {
        add(blob, matcher.group("name"), matcher.group("value"), into);
      }
    }
  }

  private static void add(
      Blob blob, String name, @org.jspecify.annotations.Nullable String value, List<Noted> into) {
    if (value == null) {
      return;
    }
    boolean counts =
        NAME.matcher(name).matches()
            && Plausibility.secret(value)
            && !value.startsWith("$")
            && !value.startsWith("{")
            && value.indexOf('(') < 0
            && !Plausibility.folded(value).equals(Plausibility.folded(name));
    if (counts) {
      into.add(new Found(blob, name, value, false));
    }
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> found = new LinkedHashMap<>();
    for (Noted note : noted) {
      if (note instanceof Found each) {
        found.computeIfAbsent(each.name() + "\0" + each.value(), _ -> new ArrayList<>()).add(each);
      }
    }
    List<Issue> issues = new ArrayList<>();
    Standing standing = new Standing();
    for (List<Found> copies : found.values()) {
      List<Blob> blobs = copies.stream().map(Found::blob).toList();
      issues.add(issue(standing.next(copies.getFirst().name(), blobs), copies));
    }
    return issues;
  }

  private static Issue issue(String key, List<Found> copies) {
    Found first = copies.getFirst();
    boolean sure = copies.stream().anyMatch(Found::sure);
    return Findings.issue(
        CARD,
        key,
        sure ? Severity.HIGH : CARD.severity(),
        sure ? Confidence.HIGH : CARD.confidence(),
        "Password in the clear: " + Findings.brief(first.name()),
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of(
            "setting", Findings.brief(first.name()),
            "value", Findings.redacted(first.value())));
  }
}
