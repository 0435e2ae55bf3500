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

/// Addresses that carry a user and a password.
public final class UrlCredentialRule implements Rule {
  private static final String ANCHOR = "://";
  private static final int LONGEST_SCHEME = 14;
  private static final Pattern SCHEME =
      Pattern.compile(
          "(?<![A-Za-z])(https?|s?ftps?|mqtts?|amqps?|rtsps?|rtmp|mysql|postgres(?:ql)?|mongodb"
              + "|mongodb\\+srv|rediss?|ldaps?|smb|cifs|sips?|ssh|wss?|coaps?|socks5)$");
  private static final Pattern REST =
      Pattern.compile(
          "://(?<user>[A-Za-z0-9._~%!+-]{0,64}):(?<password>[^\\s@/:\"'<>\\\\\\x00-\\x20]{3,100})"
              + "@(?<host>[A-Za-z0-9.-]{2,200}|\\[[0-9a-fA-F:]{2,40}\\])(?=[:/?\\s\"'<>\\x00]|$)");

  private static final RuleCard CARD =
      new RuleCard(
          "url-credential",
          IssueType.HARDCODED_CREDENTIAL,
          "An address with a password in it",
          Severity.HIGH,
          Confidence.MEDIUM,
          List.of("CWE-798", "CWE-312", "CWE-522"),
          List.of(
              "EN 303 645 5.4-3, 5.1-1", "EN 18031-1 SSM-1, CCK-3", "CRA Annex I Part I (2)(e)"),
          "The scheme must be one that takes a password, the host a name or an address, and the"
              + " password neither a variable, a format nor a word such as password. Hosts called"
              + " example, host or server, documentation and tests are left out.",
          "Take the password out of the image and out of the address; give each device a credential"
              + " of its own, kept with narrow rights.");

  private record Found(Blob blob, String scheme, String user, String password, String host)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(ANCHOR);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    if (content.blob().paths().stream().allMatch(Samples::is)) {
      return noted;
    }
    for (long offset : content.at(ANCHOR)) {
      int back = (int) Math.min(LONGEST_SCHEME, offset);
      Matcher scheme = SCHEME.matcher(content.latin(offset - back, back));
      Matcher rest = REST.matcher(content.latin(offset, 400));
      if (scheme.find() && rest.lookingAt() && plausible(rest)) {
        noted.add(
            new Found(
                content.blob(),
                scheme.group(1),
                rest.group("user"),
                rest.group("password"),
                rest.group("host")));
      }
    }
    return noted;
  }

  private static boolean plausible(Matcher rest) {
    String host = Plausibility.folded(rest.group("host"));
    boolean sample =
        host.contains("example")
            || List.of("host", "hostname", "server", "proxy", "myproxy", "domain").contains(host)
            || host.startsWith("proxy.")
            || host.startsWith("host.")
            || host.startsWith("some.");
    return !sample
        && Plausibility.secret(rest.group("password"))
        && !rest.group("password").equalsIgnoreCase("pwd")
        && !rest.group("user").contains("%");
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> found = new LinkedHashMap<>();
    for (Noted note : noted) {
      if (note instanceof Found each) {
        String key =
            each.scheme() + "://" + each.user() + ":" + each.password() + "@" + each.host();
        found.computeIfAbsent(key, _ -> new ArrayList<>()).add(each);
      }
    }
    List<Issue> issues = new ArrayList<>();
    Standing standing = new Standing();
    for (List<Found> copies : found.values()) {
      Found first = copies.getFirst();
      String name = first.scheme() + "://" + first.user() + "@" + first.host();
      issues.add(issue(standing.next(name, copies.stream().map(Found::blob).toList()), copies));
    }
    return issues;
  }

  private static Issue issue(String key, List<Found> copies) {
    Found first = copies.getFirst();
    String shown = first.scheme() + "://" + first.user() + ":****@" + first.host();
    return Findings.issue(
        CARD,
        key,
        CARD.severity(),
        CARD.confidence(),
        "An address with a password: " + Findings.brief(shown),
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of(
            "address", Findings.brief(shown),
            "user", first.user(),
            "password", Findings.redacted(first.password())));
  }
}
