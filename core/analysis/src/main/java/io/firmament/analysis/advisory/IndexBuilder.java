package io.firmament.analysis.advisory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Builds the index file from feeds; the same feeds give the same bytes.
///
/// The facts that come with Firmament are always in it. Where a feed has the same vulnerability
/// with versions of its own, the feed counts.
public final class IndexBuilder {
  private IndexBuilder() {}

  /// Reads the feeds in order, tells their kinds by their content, and writes the index file.
  /// Nothing of them is kept.
  ///
  /// @param feeds files or folders of any kind that [FeedStore] takes
  public static BuildReport build(List<Path> feeds, Path out) throws IOException {
    Path folder = Files.createTempDirectory(out.resolveSibling("").toAbsolutePath(), "feeds-");
    try (FeedStore store = FeedStore.in(folder)) {
      for (Path feed : feeds) {
        store.add(feed);
      }
      return store.build(out);
    } finally {
      Files.deleteIfExists(folder);
    }
  }
}
