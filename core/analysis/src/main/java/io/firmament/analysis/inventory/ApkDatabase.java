package io.firmament.analysis.inventory;

import io.firmament.analysis.tree.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Alpine's installed database: one-letter fields, `F:` a folder and `R:` a file in it.
final class ApkDatabase implements PackageDatabase {
  @Override
  public DetectorCard card() {
    return new DetectorCard(
        "apk",
        "manifest-analysis",
        "lib/apk/db/installed",
        "Alpine packages with origin, licence and owned files",
        "OpenWrt's newer apk images use the same file; their purl type stays apk");
  }

  @Override
  public List<InstalledPackage> read(Roots roots) {
    List<InstalledPackage> packages = new ArrayList<>();
    for (Roots.Rooted file : roots.all("lib/apk/db/installed")) {
      for (String block : roots.text(file.entry()).split("\n\n+")) {
        add(packages, roots, file, block);
      }
    }
    return packages;
  }

  private static void add(
      List<InstalledPackage> packages, Roots roots, Roots.Rooted file, String block) {
    Map<String, String> fields = new HashMap<>();
    List<String> files = new ArrayList<>();
    String folder = "";
    for (String line : block.split("\n")) {
      if (line.length() < 2 || line.charAt(1) != ':') {
        continue;
      }
      String value = line.substring(2).strip();
      switch (line.charAt(0)) {
        case 'F' -> folder = value;
        case 'R' -> files.add(folder.isEmpty() ? value : folder + "/" + value);
        default -> fields.putIfAbsent(line.substring(0, 1), value);
      }
    }
    String name = fields.getOrDefault("P", "");
    String version = fields.getOrDefault("V", "");
    if (name.isEmpty() || version.isEmpty()) {
      return;
    }
    packages.add(
        new InstalledPackage(
            "apk",
            file.root(),
            name,
            version,
            fields.get("A"),
            fields.getOrDefault("o", name),
            version,
            fields.get("L"),
            names(fields.getOrDefault("D", "")),
            names(fields.getOrDefault("p", "")),
            files.stream()
                .flatMap(path -> roots.entry(file.root(), path).stream())
                .filter(Entry::isFile)
                .map(entry -> entry.path().toString())
                .distinct()
                .sorted()
                .toList(),
            file.entry().path().toString()));
  }

  /// Names without versions: `so:libz.so.1=1.2.13 cmd:sh !conflict foo>1` is the first two and
  /// `foo`.
  private static List<String> names(String field) {
    return Arrays.stream(field.split(" "))
        .filter(name -> !name.isEmpty() && !name.startsWith("!"))
        .map(name -> name.replaceFirst("[<>=~].*$", ""))
        .toList();
  }
}
