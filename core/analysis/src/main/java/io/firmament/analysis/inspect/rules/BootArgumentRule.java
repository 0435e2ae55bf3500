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

/// Boot loader environments and kernel arguments that open the boot to whoever is at the console.
public final class BootArgumentRule implements Rule {
  private static final String DELAY = "bootdelay=";
  private static final String COMMAND = "bootcmd=";
  private static final String INIT = "init=/bin/";
  private static final String VERITY = "androidboot.verity";
  private static final String APPRAISE = "ima_appraise=";
  private static final String ENFORCING = "enforcing=0";
  private static final int BEFORE = 400;
  private static final int AFTER = 400;
  private static final Pattern DELAY_VALUE =
      Pattern.compile("bootdelay=(?<seconds>-?\\d{1,3})(?=[\\x00\\n\\r]|$)");
  private static final Pattern SHELL = Pattern.compile("init=/bin/(?:ba|a)?sh(?=[\\s\\x00\"']|$)");
  private static final Pattern ARGUMENTS =
      Pattern.compile(
          "(?:^|[\\s=\"'])(?:console=\\w|root=/|root=\\w+=|rootfstype=|mtdparts=|ubi\\.mtd=)");
  private static final Pattern VERITY_OFF =
      Pattern.compile("androidboot\\.verity(?:mode|state)?=(?:disabled|off|logging)");
  private static final Pattern KEYED =
      Pattern.compile("(?i)bootstopkey|bootdelaykey|bootstopsha|autoboot ?key|autoboot_stop");
  private static final Pattern NETWORK =
      Pattern.compile("bootcmd=[^\\x00\\n]{0,300}\\b(?:tftpboot|tftp|dhcp|nfs)\\b");

  private static final RuleCard CARD =
      new RuleCard(
          "boot-argument",
          IssueType.BOOT_INTEGRITY,
          "The boot can be taken over at the console",
          Severity.MEDIUM,
          Confidence.MEDIUM,
          List.of("CWE-1299", "CWE-1191", "CWE-489"),
          List.of(
              "EN 303 645 5.6-3, 5.6-4, 5.7-1",
              "EN 18031-1 GEC-5, ACM-1",
              "CRA Annex I Part I (2)(d), (2)(f), (2)(j)"),
          "A boot delay counts only in an environment of U-Boot, which holds bootcmd too, and not"
              + " where a key or a password stops the boot. Kernel arguments count only beside"
              + " other kernel arguments such as console= or root=. Documentation is left out.",
          "Set bootdelay to -2 (no console) in production, lock the console of the boot loader with"
              + " AUTOBOOT_KEYED and a hash, and start only the proper init.");

  private record Found(Blob blob, String kind, Severity severity, String text, String value)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(DELAY, COMMAND, INIT, VERITY, APPRAISE, ENFORCING);
  }

  @Override
  public List<Noted> look(Content content) {
    if (content.blob().paths().stream().allMatch(Samples::is)) {
      return List.of();
    }
    List<Noted> noted = new ArrayList<>();
    if (content.has(COMMAND)) {
      content.at(DELAY).forEach(offset -> delay(content, offset, noted));
      content.at(COMMAND).forEach(offset -> network(content, offset, noted));
    }
    content
        .at(INIT)
        .forEach(
            offset ->
                argument(
                    content,
                    offset,
                    SHELL,
                    Severity.HIGH,
                    "The kernel starts a shell as its first program",
                    noted));
    content
        .at(VERITY)
        .forEach(
            offset ->
                argument(
                    content,
                    offset,
                    VERITY_OFF,
                    Severity.HIGH,
                    "dm-verity is switched off by a kernel argument",
                    noted));
    content
        .at(APPRAISE)
        .forEach(
            offset ->
                argument(
                    content,
                    offset,
                    Pattern.compile("ima_appraise=off"),
                    Severity.MEDIUM,
                    "Integrity measurement is switched off by a kernel argument",
                    noted));
    content
        .at(ENFORCING)
        .forEach(
            offset ->
                argument(
                    content,
                    offset,
                    Pattern.compile("enforcing=0(?=[\\s\\x00\"']|$)"),
                    Severity.MEDIUM,
                    "SELinux is switched off by a kernel argument",
                    noted));
    return noted.stream().limit(20).toList();
  }

  private static void delay(Content content, long offset, List<Noted> into) {
    Matcher matcher = DELAY_VALUE.matcher(content.latin(offset, 20));
    int back = (int) Math.min(4_096, offset);
    String around = content.latin(offset - back, back + 4_096);
    char before = offset == 0 ? '\0' : content.latin(offset - 1, 1).charAt(0);
    boolean environment = (before == '\0' || before == '\n') && around.contains(COMMAND);
    if (environment
        && matcher.lookingAt()
        && Integer.parseInt(matcher.group("seconds")) >= 0
        && !KEYED.matcher(around).find()) {
      into.add(
          new Found(
              content.blob(),
              "bootdelay",
              Severity.MEDIUM,
              "U-Boot can be stopped at the console",
              matcher.group()));
    }
  }

  private static void network(Content content, long offset, List<Noted> into) {
    Matcher matcher = NETWORK.matcher(content.latin(offset, AFTER));
    if (matcher.lookingAt()) {
      into.add(
          new Found(
              content.blob(),
              "network",
              Severity.LOW,
              "U-Boot may load what it starts from the network",
              Findings.brief(matcher.group())));
    }
  }

  private static void argument(
      Content content,
      long offset,
      Pattern form,
      Severity severity,
      String text,
      List<Noted> into) {
    Matcher matcher = form.matcher(content.latin(offset, 60));
    int back = (int) Math.min(BEFORE, offset);
    String window = content.latin(offset - back, back + AFTER);
    int start = Math.max(window.lastIndexOf('\0', back), window.lastIndexOf('\n', back)) + 1;
    int stop = window.indexOf('\0', back);
    String line = window.substring(start, stop < 0 ? window.length() : stop);
    boolean comment = line.stripLeading().startsWith("#");
    if (matcher.lookingAt() && !comment && ARGUMENTS.matcher(line).find()) {
      into.add(new Found(content.blob(), "argument", severity, text, Findings.brief(line)));
    }
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
    Found first = copies.getFirst();
    return Findings.issue(
        CARD,
        key,
        first.severity(),
        CARD.confidence(),
        first.text(),
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of("kind", first.kind(), "value", first.value()));
  }
}
