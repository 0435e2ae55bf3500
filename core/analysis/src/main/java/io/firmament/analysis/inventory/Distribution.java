package io.firmament.analysis.inventory;

import io.firmament.analysis.tree.Entry;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The distribution a root file system says it is, from `os-release`, `openwrt_release`,
/// `alpine-release` or `debian_version`.
///
/// @param root the root file system, see [Roots]
/// @param id lower-case, as `os-release` spells it
/// @param version null where the release has none, as Debian's testing
/// @param path the file that says so
record Distribution(
    String root,
    String id,
    String name,
    @Nullable String version,
    @Nullable String cpe,
    Entry file,
    String detector,
    String matched) {
  static final DetectorCard CARD =
      new DetectorCard(
          "os-release",
          "manifest-analysis",
          "etc/os-release, usr/lib/os-release, etc/openwrt_release, etc/alpine-release,"
              + " etc/debian_version under any root",
          "the operating-system component and the distribution of the packages beside it",
          "believes the file; a vendor that edits it is believed too");

  /// `debian-12`, for purls and components; the id alone where there is no version.
  String label() {
    return version == null ? id : id + "-" + version;
  }

  static List<Distribution> read(Roots roots) {
    Map<String, Distribution> byRoot = new LinkedHashMap<>();
    for (String path : List.of("etc/os-release", "usr/lib/os-release")) {
      for (Roots.Rooted file : roots.all(path)) {
        osRelease(roots, file, byRoot);
      }
    }
    for (Roots.Rooted file : roots.all("etc/openwrt_release")) {
      openWrt(roots, file, byRoot);
    }
    for (Roots.Rooted file : roots.all("etc/alpine-release")) {
      plain(roots, file, "alpine", "Alpine Linux", byRoot);
    }
    for (Roots.Rooted file : roots.all("etc/debian_version")) {
      plain(roots, file, "debian", "Debian GNU/Linux", byRoot);
    }
    return new ArrayList<>(byRoot.values());
  }

  private static void osRelease(Roots roots, Roots.Rooted file, Map<String, Distribution> byRoot) {
    Map<String, String> values = Text.assignments(roots.text(file.entry()));
    String id = values.getOrDefault("ID", "").toLowerCase(java.util.Locale.ROOT);
    if (id.isEmpty()) {
      return;
    }
    String version = values.getOrDefault("VERSION_ID", "");
    String pretty = values.getOrDefault("PRETTY_NAME", id + " " + version);
    String cpe = values.get("CPE_NAME");
    byRoot.putIfAbsent(
        file.root(),
        new Distribution(
            file.root(),
            id,
            values.getOrDefault("NAME", id),
            version.isEmpty() ? null : version,
            cpe,
            file.entry(),
            "os-release",
            pretty));
  }

  private static void openWrt(Roots roots, Roots.Rooted file, Map<String, Distribution> byRoot) {
    Map<String, String> values = Text.assignments(roots.text(file.entry()));
    String id = values.getOrDefault("DISTRIB_ID", "").toLowerCase(java.util.Locale.ROOT);
    if (!id.isEmpty()) {
      String version = values.getOrDefault("DISTRIB_RELEASE", "");
      byRoot.putIfAbsent(
          file.root(),
          new Distribution(
              file.root(),
              id,
              values.getOrDefault("DISTRIB_ID", id),
              version.isEmpty() ? null : version,
              null,
              file.entry(),
              "openwrt-release",
              values.getOrDefault("DISTRIB_DESCRIPTION", id + " " + version)));
    }
  }

  private static void plain(
      Roots roots, Roots.Rooted file, String id, String name, Map<String, Distribution> byRoot) {
    String text = roots.text(file.entry()).strip();
    if (text.isEmpty()) {
      return;
    }
    // Debian: "12.7" or, before release, "trixie/sid"; its os-release names the major number only.
    boolean numeric = Character.isDigit(text.charAt(0));
    String version = id.equals("debian") ? text.split("[./]")[0] : text;
    byRoot.putIfAbsent(
        file.root(),
        new Distribution(
            file.root(), id, name, numeric ? version : null, null, file.entry(), id, text));
  }

  Evidence evidence() {
    return new Evidence(
        detector,
        "manifest-analysis",
        file.path().toString(),
        null,
        Text.brief(matched),
        Confidence.HIGH);
  }
}
