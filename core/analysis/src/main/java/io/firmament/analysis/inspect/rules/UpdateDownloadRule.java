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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Firmware and code that is fetched in the clear, or run as it comes from the network.
public final class UpdateDownloadRule implements Rule {
  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";
  private static final String FTP = "ftp://";
  private static final String UNTRUSTED = "--allow-untrusted";
  private static final int BEFORE = 200;
  private static final int AFTER = 400;
  private static final Pattern UPDATE =
      Pattern.compile(
          "(?:http|ftp)://[A-Za-z0-9.-]+\\.[A-Za-z]{2,}(?::\\d+)?/[^\\s\"'<>\\x00]{0,200}?"
              + "(?:firmware|upgrade|fota|sysupgrade|fwupdate|/ota/|/update[s]?/"
              + "|\\.(?:swu|raucb|mender|trx|chk|upd|fw|img|ipk)(?=[\\s\"'<>\\x00;|&]|$))");
  private static final Pattern PIPE =
      Pattern.compile(
          "\\b(?:wget|curl)\\b[^|;&#]*\\b(?<scheme>https?|ftp)://[^|;&#]*\\|\\s*(?:sudo\\s+)?(?:ba|a|da)?sh\\b");
  private static final Pattern FLASH =
      Pattern.compile(
          "\\b(?:wget|curl|tftp|ftpget)\\b[^#]*\\b(?:http|ftp)://[^#]*[;&|]+\\s*(?:\\S*/)?"
              + "(?:sysupgrade|mtd|flashcp|nandwrite|fw_update|dd|tar|unzip|opkg|dpkg|ipkg)\\b");
  private static final Pattern OWN =
      Pattern.compile("(?i)http://(?:www\\.)?(?:gnu|w3|debian|ubuntu|kernel|xmlsoap|example)\\b.*");

  private static final RuleCard CARD =
      new RuleCard(
          "update-download",
          IssueType.UPDATE_INTEGRITY,
          "Code or firmware is fetched in the clear",
          Severity.MEDIUM,
          Confidence.MEDIUM,
          List.of("CWE-494", "CWE-319", "CWE-829"),
          List.of(
              "EN 303 645 5.3-2, 5.3-7, 5.3-9, 5.3-10",
              "EN 18031-1 SUM-2, SCM-1",
              "CRA Annex I Part I (2)(c), (2)(e), (2)(f)"),
          "An address counts where its path speaks of firmware or an upgrade, or ends as an update"
              + " file does; in a program it is LOW, as nobody can tell there whether a signature"
              + " is checked. A download counts HIGH where the same line runs it or writes it to"
              + " flash. Documentation, tests, comments and addresses of distributions are left"
              + " out.",
          "Fetch updates by HTTPS, verify the server, and verify a signature over the whole image"
              + " before anything is written or run.");

  private record Found(Blob blob, String kind, Severity severity, String text, String value)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(HTTP, HTTPS, FTP, UNTRUSTED);
  }

  @Override
  public List<Noted> look(Content content) {
    if (content.blob().paths().stream().allMatch(Samples::is)) {
      return List.of();
    }
    Map<String, Noted> found = new TreeMap<>();
    for (String scheme : List.of(HTTP, FTP)) {
      content.at(scheme).forEach(offset -> address(content, offset, found));
    }
    if (content.elf().isEmpty() && content.text().isPresent()) {
      for (String anchor : List.of(HTTP, HTTPS, FTP, UNTRUSTED)) {
        content.at(anchor).forEach(offset -> command(content, offset, found));
      }
    }
    return found.values().stream().limit(50).toList();
  }

  private static void address(Content content, long offset, Map<String, Noted> into) {
    Matcher matcher = UPDATE.matcher(content.latin(offset, AFTER));
    if (matcher.lookingAt()
        && !OWN.matcher(matcher.group()).matches()
        && !comment(content, offset)) {
      boolean text = content.elf().isEmpty();
      String address = Findings.brief(matcher.group());
      into.put(
          address,
          new Found(
              content.blob(),
              "address",
              text ? Severity.MEDIUM : Severity.LOW,
              "An update is fetched in the clear: " + address,
              address));
    }
  }

  private static boolean comment(Content content, long offset) {
    String line = line(content, offset);
    return line.startsWith("#")
        || line.startsWith("//")
        || line.startsWith("<!--")
        || line.startsWith("*");
  }

  private static void command(Content content, long offset, Map<String, Noted> into) {
    String line = line(content, offset);
    if (line.startsWith("#")) {
      return;
    }
    Matcher pipe = PIPE.matcher(line);
    String brief = Findings.brief(line);
    if (pipe.find()) {
      boolean clear = !pipe.group("scheme").equals("https");
      into.put(
          brief,
          new Found(
              content.blob(),
              "run",
              clear ? Severity.HIGH : Severity.MEDIUM,
              clear
                  ? "A script runs what it fetches in the clear"
                  : "A script runs what it fetches",
              brief));
    } else if (FLASH.matcher(line).find()) {
      into.put(
          brief,
          new Found(
              content.blob(),
              "install",
              Severity.HIGH,
              "A script installs what it fetches in the clear",
              brief));
    } else if (line.contains(UNTRUSTED) && line.contains("apk")) {
      into.put(
          brief,
          new Found(
              content.blob(),
              "untrusted",
              Severity.HIGH,
              "A script installs packages that nobody verified",
              brief));
    }
  }

  private static String line(Content content, long offset) {
    int back = (int) Math.min(BEFORE, offset);
    String window = content.latin(offset - back, back + AFTER);
    int start = window.lastIndexOf('\n', back) + 1;
    int end = window.indexOf('\n', back);
    return window.substring(start, end < 0 ? window.length() : end).strip();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> found = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found each) {
        found.computeIfAbsent(each.kind() + "\0" + each.value(), _ -> new ArrayList<>()).add(each);
      }
    }
    List<Issue> issues = new ArrayList<>();
    found.forEach((key, copies) -> issues.add(issue(key, copies)));
    return issues;
  }

  private static Issue issue(String key, List<Found> copies) {
    Found worst =
        copies.stream().min(java.util.Comparator.comparing(Found::severity)).orElseThrow();
    return Findings.issue(
        CARD,
        key,
        worst.severity(),
        CARD.confidence(),
        worst.text(),
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of("kind", worst.kind(), "value", worst.value()));
  }
}
