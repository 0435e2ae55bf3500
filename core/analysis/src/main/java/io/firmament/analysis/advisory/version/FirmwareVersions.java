package io.firmament.analysis.advisory.version;

import io.firmament.base.VersionOrder;

/// The order for products without a scheme of their own: [VersionOrder].
public final class FirmwareVersions implements VersionScheme {
  private static final VersionOrder ORDER = VersionOrder.standard();

  private FirmwareVersions() {}

  public static FirmwareVersions standard() {
    return new FirmwareVersions();
  }

  @Override
  public String name() {
    return "firmware-generic";
  }

  @Override
  public boolean reads(String version) {
    return ORDER.reads(version);
  }

  @Override
  public int compare(String left, String right) {
    return ORDER.compare(left, right);
  }
}
