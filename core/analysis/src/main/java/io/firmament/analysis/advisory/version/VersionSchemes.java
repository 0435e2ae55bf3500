package io.firmament.analysis.advisory.version;

import java.util.Map;

/// Which scheme orders the versions of which product.
public final class VersionSchemes {
  private static final Map<String, VersionScheme> BY_TYPE =
      Map.ofEntries(
          Map.entry("deb", new DebVersions()),
          Map.entry("apk", new ApkVersions()),
          Map.entry("alpine", new ApkVersions()),
          Map.entry("rpm", new RpmVersions()),
          Map.entry("opkg", new OpkgVersions()),
          Map.entry("maven", new MavenVersions()),
          Map.entry("npm", new NpmVersions()),
          Map.entry("pypi", new PypiVersions()),
          Map.entry("semver", new SemanticVersions()),
          Map.entry("golang", new SemanticVersions()),
          Map.entry("cargo", new SemanticVersions()),
          Map.entry("openssl", new OpensslVersions()),
          Map.entry("kernel", new KernelVersions()));

  private final VersionScheme generic = FirmwareVersions.standard();
  private final Map<String, VersionScheme> byProduct;

  private VersionSchemes(Map<String, VersionScheme> byProduct) {
    this.byProduct = byProduct;
  }

  /// The scheme of a package URL type, a vers scheme or an OSV ecosystem's type, for example `deb`;
  /// the generic one for others.
  public VersionScheme ofType(String type) {
    return BY_TYPE.getOrDefault(type, generic);
  }

  public static VersionSchemes standard() {
    VersionScheme semantic = new SemanticVersions();
    return new VersionSchemes(
        Map.of(
            "openssl:openssl",
            new OpensslVersions(),
            "linux:linux_kernel",
            new KernelVersions(),
            "nodejs:node.js",
            semantic,
            "golang:go",
            FirmwareVersions.standard(),
            "eclipse:mosquitto",
            semantic,
            "wolfssl:wolfssl",
            semantic));
  }

  /// The scheme for the product; products without an entry have the generic one.
  ///
  /// @param key `vendor:product` as CPE writes it
  public VersionScheme of(String key) {
    return byProduct.getOrDefault(key, generic);
  }
}
