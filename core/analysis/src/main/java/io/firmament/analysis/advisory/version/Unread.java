package io.firmament.analysis.advisory.version;

/// Where a scheme puts texts that are no versions of it, so that its order stays total: before all
/// versions, and among themselves as the generic scheme has them.
final class Unread {
  private static final FirmwareVersions GENERIC = FirmwareVersions.standard();

  private Unread() {}

  /// Compares two texts of which at least one is no version of the scheme.
  static int compare(String left, boolean leftReads, String right, boolean rightReads) {
    return leftReads == rightReads ? GENERIC.compare(left, right) : leftReads ? 1 : -1;
  }
}
