package io.firmament.analysis.advisory.version;

/// opkg versions, as OpenWrt and Yocto number packages: opkg took over dpkg's order unchanged.
public final class OpkgVersions implements VersionScheme {
  private final DebVersions same = new DebVersions();

  @Override
  public String name() {
    return "opkg";
  }

  @Override
  public boolean reads(String version) {
    return same.reads(version);
  }

  @Override
  public int compare(String left, String right) {
    return same.compare(left, right);
  }
}
