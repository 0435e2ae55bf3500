package io.firmament.analysis.advisory.feeds;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Alpine's security database of one branch and repository: in which version of the package a
/// vulnerability was mended.
final class AlpineSecurity {
  private static final Pattern ID =
      Pattern.compile("(?:CVE-\\d{4}-\\d{4,19}|GHSA(?:-[0-9a-z]{4}){3})");
  private static final Pattern SCALAR = Pattern.compile("( *)(?:- )?([A-Za-z]+):\\s*(.*)");
  private static final Pattern VERSION = Pattern.compile(" +['\"]?([^\\s'\"]+?)['\"]?:\\s*(\\[])?");

  private AlpineSecurity() {}

  /// `3.18` of `v3.18`.
  static String release(String branch) {
    return branch.strip().replaceFirst("^v", "");
  }

  /// An element of `packages` of the JSON form.
  static List<Fact> facts(String release, JsonValue element) throws MalformedRecord {
    JsonValue pkg = element.field("pkg");
    String name = pkg.field("name").text().orElseThrow(() -> new MalformedRecord("no pkg name"));
    List<Fact> facts = new ArrayList<>();
    if (pkg.field("secfixes") instanceof JsonValue.Fields fixes) {
      for (Map.Entry<String, JsonValue> fix : fixes.values().entrySet()) {
        for (JsonValue ids : fix.getValue().items("the fixes of " + name)) {
          add(release, name, fix.getKey(), ids.text().orElse(""), facts::add);
        }
      }
    }
    return facts;
  }

  private static void add(
      String release, String name, String version, String ids, Consumer<Fact> to) {
    Matcher id = ID.matcher(ids);
    while (id.find()) {
      to.accept(
          new DistributionFact(
              VulnerabilityFacts.Source.ALPINE,
              id.group(),
              "alpine",
              name,
              "",
              List.of(
                  new DistributionFact.Release(release, version, DistributionFact.Grade.NORMAL))));
    }
  }

  /// Where the reader of the YAML form puts what it finds.
  interface Lines {
    void fact(Fact fact);

    void malformed(int line, String problem);
  }

  /// Reads the YAML form, in the subset that the database is written in.
  ///
  /// @return how many packages there were
  static int yaml(BufferedReader in, Lines to) throws IOException {
    String release = "";
    String name = "";
    String version = "";
    boolean fixes = false;
    int packages = 0;
    int number = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      String text = line.strip();
      Matcher scalar = SCALAR.matcher(line);
      if (text.isEmpty() || text.startsWith("#") || text.startsWith("---")) {
        continue;
      }
      if (scalar.matches() && scalar.group(2).equals("distroversion")) {
        release = release(scalar.group(3).replaceAll("['\"]", ""));
      } else if (scalar.matches() && scalar.group(2).equals("name")) {
        name = scalar.group(3).replaceAll("['\"]", "");
        fixes = false;
        packages++;
      } else if (text.equals("secfixes:")) {
        fixes = true;
        version = "";
      } else if (fixes && text.startsWith("- pkg")) {
        fixes = false;
      } else if (fixes && text.startsWith("- ")) {
        if (release.isEmpty() || name.isEmpty() || version.isEmpty()) {
          to.malformed(number, "a fix without a branch, a package or a version");
        } else {
          add(release, name, version, text, to::fact);
        }
      } else if (fixes) {
        Matcher of = VERSION.matcher(line);
        if (of.matches()) {
          version = of.group(1);
        } else {
          to.malformed(number, "neither a version nor a fix: " + JsonValue.shortened(text));
        }
      }
    }
    return packages;
  }
}
