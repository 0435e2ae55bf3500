package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.inspect.Table;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Protections of the Linux kernel that its configuration leaves off, and doors that it leaves
/// open.
public final class KernelConfigurationRule implements Rule {
  // kernel/configs.c: the compressed configuration stands between IKCFG_ST and IKCFG_ED.
  private static final String START = "IKCFG_ST\u001f\u008b";
  private static final int MARK = 8;
  private static final int LONGEST = 1 << 20;
  private static final int FEWEST_OPTIONS = 50;
  private static final Pattern TITLE =
      Pattern.compile("(?m)^# Linux/(?<architecture>\\S+) (?<version>\\S+) Kernel Configuration$");
  private static final Pattern FILE =
      Pattern.compile("(?:.*/)?(?:config-\\d[^/]*|\\.config|config)");
  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^(?:CONFIG_(?<set>\\w+)=(?<value>.*)|# CONFIG_(?<off>\\w+) is not set)$");

  private static final RuleCard CARD =
      new RuleCard(
          "kernel-configuration",
          IssueType.KERNEL_CONFIGURATION,
          "Kernel built without protections",
          Severity.LOW,
          Confidence.HIGH,
          List.of("CWE-693", "CWE-1188"),
          List.of(
              "EN 303 645 5.6-5, 5.6-7, 5.6-9",
              "EN 18031-1 GEC-1, GEC-2",
              "CRA Annex I Part I (2)(b), (2)(j), (2)(k)"),
          "Only an option that the configuration names as not set, or as set where it should not"
              + " be, counts; an option that is not mentioned does not exist for this kernel or"
              + " this processor and is left open. The configuration is the one inside the kernel,"
              + " or a file whose own title says what it is.",
          "Set the options as the finding says; the Kernel Self Protection Project explains each.");

  /// What is wanted of one option.
  private record Option(String name, boolean on, Severity severity, String why) {}

  private record Found(Blob blob, String text) implements Noted {}

  private final List<Option> options =
      Table.read("kernel-options.tsv", 4).stream()
          .map(
              row ->
                  new Option(
                      row.get(0), row.get(1).equals("y"), Severity.valueOf(row.get(2)), row.get(3)))
          .toList();

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(START);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    for (long offset : content.at(START)) {
      inflated(content.bytes(offset + MARK, LONGEST))
          .filter(KernelConfigurationRule::configuration)
          .ifPresent(text -> noted.add(new Found(content.blob(), text)));
    }
    content
        .text()
        .filter(text -> content.named(FILE) || TITLE.matcher(head(text)).find())
        .filter(KernelConfigurationRule::configuration)
        .ifPresent(text -> noted.add(new Found(content.blob(), text)));
    return noted;
  }

  private static String head(String text) {
    return text.substring(0, Math.min(400, text.length()));
  }

  private static boolean configuration(String text) {
    return LINE.matcher(text).results().limit(FEWEST_OPTIONS).count() == FEWEST_OPTIONS;
  }

  private static Optional<String> inflated(byte[] bytes) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return Optional.of(new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> texts = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        texts.computeIfAbsent(found.text(), _ -> new ArrayList<>()).add(found);
      }
    }
    List<Issue> issues = new ArrayList<>();
    texts.forEach((text, copies) -> issues.addAll(issues(text, copies)));
    return issues;
  }

  private List<Issue> issues(String text, List<Found> copies) {
    Map<String, String> values = new HashMap<>();
    Matcher line = LINE.matcher(text);
    while (line.find()) {
      boolean set = line.group("set") != null;
      values.put(set ? line.group("set") : line.group("off"), set ? line.group("value") : "n");
    }
    List<String> paths = copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList();
    List<Option> wrong = new ArrayList<>();
    int known = 0;
    for (Option option : options) {
      String value = values.get(option.name());
      boolean on = value != null && (value.equals("y") || value.equals("m"));
      if (value != null || !option.on()) {
        known++;
      }
      if (value != null && on != option.on()) {
        wrong.add(option);
      }
    }
    List<Issue> issues = new ArrayList<>();
    String digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex();
    for (Option option : wrong) {
      if (option.severity() == Severity.MEDIUM) {
        issues.add(single(option, paths));
      }
    }
    if (!wrong.isEmpty()) {
      issues.add(summary(digest, wrong, known, text, paths));
    }
    return issues;
  }

  private static Issue single(Option option, List<String> paths) {
    return Findings.issue(
        CARD,
        "option " + option.name(),
        option.severity(),
        CARD.confidence(),
        "Kernel option CONFIG_"
            + option.name()
            + (option.on() ? " is not set: " : " is set: ")
            + option.why(),
        paths,
        Map.of("option", "CONFIG_" + option.name(), "wanted", option.on() ? "y" : "not set"));
  }

  private static Issue summary(
      String digest, List<Option> wrong, int known, String text, List<String> paths) {
    Map<String, String> facts = new TreeMap<>();
    Matcher title = TITLE.matcher(head(text));
    if (title.find()) {
      facts.put("architecture", title.group("architecture"));
      facts.put("version", title.group("version"));
    }
    facts.put("asWanted", Integer.toString(known - wrong.size()));
    facts.put("options", Integer.toString(known));
    facts.put("off", names(wrong, true));
    facts.put("on", names(wrong, false));
    return Findings.issue(
        CARD,
        "configuration " + digest,
        wrong.size() * 2 > known ? Severity.MEDIUM : Severity.LOW,
        CARD.confidence(),
        wrong.size() + " of " + known + " kernel options are not as they should be",
        paths,
        facts);
  }

  private static String names(List<Option> wrong, boolean wantedOn) {
    return String.join(
        " ", wrong.stream().filter(o -> o.on() == wantedOn).map(Option::name).toList());
  }
}
