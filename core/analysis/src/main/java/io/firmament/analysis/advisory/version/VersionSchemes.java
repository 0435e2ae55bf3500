package io.firmament.analysis.advisory.version;

import java.util.Map;

/// Which scheme orders the versions of which product.
public final class VersionSchemes {
  private final VersionScheme generic = FirmwareVersions.standard();
  private final Map<String, VersionScheme> byProduct;

  private VersionSchemes(Map<String, VersionScheme> byProduct) {
    this.byProduct = byProduct;
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
