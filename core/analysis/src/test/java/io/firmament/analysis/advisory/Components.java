package io.firmament.analysis.advisory;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Components as detectors would report them.
public final class Components {
  private Components() {}

  /// A component known by a binary rule.
  public static Component of(String vendor, String product, @Nullable String version) {
    return component(
        "c-" + product, product, version, vendor, product, null, null, null, "rule:" + product);
  }

  /// A package of a distribution.
  public static Component packaged(
      String type, String name, String source, String version, String distribution) {
    String purl =
        "pkg:" + type + "/" + distribution.replaceFirst("-.*", "") + "/" + name + "@" + version;
    return component("p-" + name, name, version, null, null, purl, source, distribution, type);
  }

  /// A package of a language, with the CPE vendor and product that somebody gave it.
  public static Component ofPurl(String purl, String vendor, String product, String version) {
    return component(
        "l-" + product, product, version, vendor, product, purl, null, null, "lock-file");
  }

  private static Component component(
      String id,
      String name,
      @Nullable String version,
      @Nullable String vendor,
      @Nullable String product,
      @Nullable String purl,
      @Nullable String source,
      @Nullable String distribution,
      String detector) {
    return new Component(
        id,
        "library",
        name,
        version,
        null,
        vendor,
        product,
        null,
        purl,
        List.of("GPL-2.0-only"),
        source,
        distribution,
        false,
        List.of("bin/" + name),
        1,
        List.of(
            new Evidence(
                detector,
                "binary-analysis",
                "bin/" + name,
                16L,
                name + " banner",
                Confidence.HIGH)));
  }
}
