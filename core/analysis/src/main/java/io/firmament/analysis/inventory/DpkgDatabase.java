package io.firmament.analysis.inventory;

import io.firmament.analysis.tree.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// dpkg's status file, its per-package form in distroless images, and its file lists.
final class DpkgDatabase implements PackageDatabase {
  private static final String INFO = "var/lib/dpkg/info/";

  @Override
  public DetectorCard card() {
    return new DetectorCard(
        "dpkg",
        "manifest-analysis",
        "var/lib/dpkg/status, var/lib/dpkg/status.d/*, var/lib/dpkg/info/*.list",
        "Debian packages, installer udebs included, with source package and owned files",
        "no ownership where the .list files were removed");
  }

  @Override
  public List<InstalledPackage> read(Roots roots) {
    List<InstalledPackage> packages = new ArrayList<>();
    for (Roots.Rooted file : roots.all("var/lib/dpkg/status")) {
      for (Map<String, String> stanza : Text.stanzas(roots.text(file.entry()))) {
        add(packages, roots, file, stanza);
      }
    }
    for (Roots.Rooted file : roots.in("var/lib/dpkg/status.d", "")) {
      if (!file.entry().path().name().endsWith(".md5sums")) {
        for (Map<String, String> stanza : Text.stanzas(roots.text(file.entry()))) {
          add(packages, roots, file, stanza);
        }
      }
    }
    return packages;
  }

  private static void add(
      List<InstalledPackage> packages, Roots roots, Roots.Rooted file, Map<String, String> stanza) {
    String name = stanza.getOrDefault("package", "");
    String version = stanza.getOrDefault("version", "");
    // dpkg(1): "installed: The package is unpacked and configured OK"; an installer's packages stay
    // "unpacked", and one record per file has no status.
    String status = stanza.getOrDefault("status", "install ok installed");
    boolean there =
        status.endsWith(" installed")
            || status.endsWith(" unpacked")
            || status.endsWith(" half-configured")
            || status.contains(" triggers-");
    if (name.isEmpty() || version.isEmpty() || !there) {
      return;
    }
    String source = stanza.getOrDefault("source", name);
    String sourceVersion = version.replaceFirst("\\+b[0-9]+$", "");
    int open = source.indexOf('(');
    if (open > 0 && source.endsWith(")")) {
      sourceVersion = source.substring(open + 1, source.length() - 1).strip();
      source = source.substring(0, open).strip();
    }
    packages.add(
        new InstalledPackage(
            "dpkg",
            file.root(),
            name,
            version,
            stanza.get("architecture"),
            source,
            sourceVersion,
            null,
            Text.relations(
                stanza.getOrDefault("pre-depends", "") + "," + stanza.getOrDefault("depends", "")),
            Text.relations(stanza.getOrDefault("provides", "")),
            owned(roots, file.root(), name, stanza.getOrDefault("architecture", "")),
            file.entry().path().toString()));
  }

  private static List<String> owned(Roots roots, String root, String name, String architecture) {
    String list =
        roots
            .text(root, INFO + name + ".list")
            .or(() -> roots.text(root, INFO + name + ":" + architecture + ".list"))
            .or(() -> roots.text(root, "var/lib/dpkg/status.d/" + name + ".md5sums"))
            .orElse("");
    return list.lines()
        .map(line -> line.replaceFirst("^[0-9a-f]{32}  ", ""))
        .flatMap(path -> roots.entry(root, path).stream())
        .filter(Entry::isFile)
        .map(entry -> entry.path().toString())
        .distinct()
        .sorted()
        .toList();
  }
}
