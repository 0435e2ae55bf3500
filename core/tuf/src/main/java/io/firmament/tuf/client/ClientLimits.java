package io.firmament.tuf.client;

/// How far a repository is followed before it is trusted: the numbers that section 5 leaves "to the
/// authors of the application using TUF".
///
/// @param rootRotations new roots in one update at most (Y of 5.3.3)
/// @param rolesVisited targets roles that a search looks at, at most (5.6.7.1)
/// @param rootBytes W of 5.3.3
/// @param timestampBytes X of 5.4.1
/// @param snapshotBytes Y of 5.5.1
/// @param targetsBytes Z of 5.6.1, also for each delegated role
/// @param targetBytes the largest target file that is fetched at all
public record ClientLimits(
    int rootRotations,
    int rolesVisited,
    long rootBytes,
    long timestampBytes,
    long snapshotBytes,
    long targetsBytes,
    long targetBytes) {
  public static final ClientLimits DEFAULT =
      new ClientLimits(1024, 32, 512_000, 16_384, 2_000_000, 5_000_000, 64L << 30);

  /// The most that one metadata file may have.
  public long largestMetadata() {
    return Math.max(Math.max(rootBytes, timestampBytes), Math.max(snapshotBytes, targetsBytes));
  }
}
