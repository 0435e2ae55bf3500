package io.firmament.analysis.inventory;

import io.firmament.analysis.tree.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// opkg's status file and its `.control` and `.list` files, as OpenWrt and Yocto have them.
final class OpkgDatabase implements PackageDatabase {
  private static final List<String> PLACES = List.of("usr/lib/opkg", "var/lib/opkg", "lib/opkg");

  @Override
  public DetectorCard card() {
    return new DetectorCard(
        "opkg",
        "manifest-analysis",
        "usr/lib/opkg/status, usr/lib/opkg/info/*.control and *.list; also under var/lib and lib",
        "opkg packages with licence, source and owned files",
        "the source is a path of the build tree; its last part is taken");
  }

  @Override
  public List<InstalledPackage> read(Roots roots) {
    Map<String, InstalledPackage> packages = new LinkedHashMap<>();
    for (String place : PLACES) {
      // Control files first: they are complete, the status file often has no licence.
      for (Roots.Rooted file : roots.in(place + "/info", ".control")) {
        for (Map<String, String> stanza : Text.stanzas(roots.text(file.entry()))) {
          add(packages, roots, file, place, stanza);
        }
      }
      for (Roots.Rooted file : roots.all(place + "/status")) {
        for (Map<String, String> stanza : Text.stanzas(roots.text(file.entry()))) {
          String status = stanza.getOrDefault("status", "");
          if (status.endsWith(" installed") || status.endsWith(" unpacked")) {
            add(packages, roots, file, place, stanza);
          }
        }
      }
    }
    return List.copyOf(packages.values());
  }

  private static void add(
      Map<String, InstalledPackage> packages,
      Roots roots,
      Roots.Rooted file,
      String place,
      Map<String, String> stanza) {
    String name = stanza.getOrDefault("package", "");
    String version = stanza.getOrDefault("version", "");
    if (name.isEmpty() || version.isEmpty()) {
      return;
    }
    packages.putIfAbsent(
        file.root() + "\0" + name,
        new InstalledPackage(
            "opkg",
            file.root(),
            name,
            version,
            stanza.get("architecture"),
            source(stanza, name),
            version,
            licence(stanza),
            Text.relations(stanza.getOrDefault("depends", "")),
            Text.relations(stanza.getOrDefault("provides", "")),
            owned(roots, file.root(), place + "/info/" + name + ".list"),
            file.entry().path().toString()));
  }

  /// OpenWrt: `SourceName: busybox` or `Source: feeds/packages/net/curl`.
  private static String source(Map<String, String> stanza, String name) {
    String source = stanza.getOrDefault("sourcename", stanza.getOrDefault("source", name));
    String last = source.substring(source.lastIndexOf('/') + 1);
    return last.isEmpty() || last.contains(".bb") ? name : last;
  }

  private static @Nullable String licence(Map<String, String> stanza) {
    String text = stanza.getOrDefault("license", "");
    return text.isEmpty() ? null : text;
  }

  private static List<String> owned(Roots roots, String root, String list) {
    return roots
        .text(root, list)
        .orElse("")
        .lines()
        // A line may go on with a tab, the mode and a link target.
        .map(line -> line.split("\t")[0])
        .flatMap(path -> roots.entry(root, path).stream())
        .filter(Entry::isFile)
        .map(entry -> entry.path().toString())
        .distinct()
        .sorted()
        .toList();
  }
}
