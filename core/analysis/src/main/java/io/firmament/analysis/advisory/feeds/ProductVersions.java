package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.version.VersionScheme;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What a CVE record says of the versions of one product.
///
/// @param key `vendor:product` in lower case, as CPE writes it
/// @param blocks one for each element of `affected` that names the product with versions
/// @param files source files that hold the flaw
/// @param introductions how many commits brought the flaw in, where versions are commits
public record ProductVersions(
    String key, List<Block> blocks, Set<String> files, int introductions) {
  public ProductVersions {
    blocks = List.copyOf(blocks);
    files = Set.copyOf(files);
  }

  /// What a record says of one version.
  public enum Status {
    AFFECTED,
    /// An entry of the record names the version as not affected.
    UNAFFECTED,
    /// No entry has the version, and what is not listed is said not to be affected.
    NOT_LISTED,
    /// The record leaves it open.
    UNKNOWN
  }

  /// The versions of one element of `affected`.
  ///
  /// @param defaultStatus of versions without an entry; empty where the record has none
  public record Block(String defaultStatus, List<Entry> entries) {
    public Block {
      entries = List.copyOf(entries);
    }
  }

  /// A version or a range of them.
  ///
  /// @param version `0` for no beginning
  /// @param after whether the range begins after that version
  /// @param to empty for a single version; `*` for no end, `5.10.*` for all of a series
  public record Entry(
      String version,
      boolean after,
      String to,
      boolean included,
      String status,
      List<Change> changes) {
    public Entry {
      changes = List.copyOf(changes);
    }
  }

  /// From a version on the status is another.
  public record Change(String at, String status) {}

  /// The source files, sorted.
  public Set<String> sortedFiles() {
    return new TreeSet<>(files);
  }

  /// What the record says of the version; [Status#UNKNOWN] also where it has no versions at all.
  ///
  /// A flaw that several commits brought in came with backports to older series too: versions
  /// before the first release that has it are then not known to be free of it.
  public Status status(String version, VersionScheme scheme) {
    Status found = Status.UNKNOWN;
    boolean first = true;
    for (Block block : blocks) {
      Status status = status(block, version, scheme);
      found = first ? status : stronger(found, status);
      first = false;
    }
    return found;
  }

  /// Of two elements of one record the one that has an entry for the version counts.
  private static Status stronger(Status left, Status right) {
    List<Status> order =
        List.of(Status.AFFECTED, Status.UNAFFECTED, Status.UNKNOWN, Status.NOT_LISTED);
    return order.indexOf(left) <= order.indexOf(right) ? left : right;
  }

  private Status status(Block block, String version, VersionScheme scheme) {
    boolean backported = introductions > 1;
    for (Entry entry : block.entries) {
      boolean beforeFirst = entry.version.equals("0") && entry.status.equals("unaffected");
      if (!(beforeFirst && backported) && covers(entry, version, scheme)) {
        String status = entry.status;
        for (Change change : entry.changes) {
          status = scheme.compare(change.at, version) <= 0 ? change.status : status;
        }
        return switch (status) {
          case "affected" -> Status.AFFECTED;
          case "unaffected" -> Status.UNAFFECTED;
          default -> Status.UNKNOWN;
        };
      }
    }
    if (backported
        && block.entries.stream()
            .anyMatch(e -> e.version.equals("0") && covers(e, version, scheme))) {
      return Status.UNKNOWN;
    }
    return switch (block.defaultStatus) {
      case "affected" -> Status.AFFECTED;
      case "unaffected", "" -> Status.NOT_LISTED;
      default -> Status.UNKNOWN;
    };
  }

  private static boolean covers(Entry entry, String version, VersionScheme scheme) {
    if (entry.to.isEmpty()) {
      return scheme.compare(entry.version, version) == 0;
    }
    if (!entry.version.equals("0")) {
      int order = scheme.compare(version, entry.version);
      if (!scheme.reads(entry.version) || order < 0 || (order == 0 && entry.after)) {
        return false;
      }
    }
    if (entry.to.equals("*")) {
      return true;
    }
    if (entry.to.endsWith(".*")) {
      String series = entry.to.substring(0, entry.to.length() - 2);
      return version.equals(series)
          || version.startsWith(series + ".")
          || scheme.compare(version, series) < 0;
    }
    int order = scheme.compare(version, entry.to);
    return scheme.reads(entry.to) && (order < 0 || (order == 0 && entry.included));
  }
}
