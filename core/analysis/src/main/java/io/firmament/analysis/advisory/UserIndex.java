package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.FactSink;
import io.firmament.analysis.advisory.feeds.FeedSummary;
import io.firmament.analysis.advisory.index.FeedFile;
import io.firmament.analysis.advisory.index.IndexWriter;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What one tenant knows for itself, in the form of an advisory index: it is matched beside the one
/// for all, and compared with the one before as that is.
public record UserIndex(AdvisoryIndex index) implements AutoCloseable {
  private static final FeedFile.Origin ORIGIN = new FeedFile.Origin("user", "", "");

  /// What hands out the records, in any order.
  public interface Records {
    void forEach(FactSink sink) throws IOException;
  }

  /// Writes the index file of the records; the same records give the same bytes.
  ///
  /// @return the digest of the file
  public static Sha256 write(Records records, Path out) throws IOException {
    Path folder = Files.createTempDirectory(out.resolveSibling("").toAbsolutePath(), "user-index-");
    Path facts = folder.resolve("records");
    try {
      FeedFile feed =
          FeedFile.write(
              facts,
              ORIGIN,
              sink -> {
                records.forEach(sink);
                return new FeedSummary(List.of(), 0, true, List.of());
              });
      return IndexWriter.write(List.of(feed), List.of(), folder, out).sha256();
    } finally {
      Files.deleteIfExists(facts);
      Files.deleteIfExists(folder);
    }
  }

  public static UserIndex open(Path file) throws IOException {
    return new UserIndex(AdvisoryIndex.open(file));
  }

  /// That of a tenant that has no records.
  public static UserIndex none() {
    try {
      Path file = Files.createTempFile("user-index-", ".fwvx");
      try {
        write(_ -> {}, file);
        return open(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an empty index cannot be written", e);
    }
  }

  @Override
  public void close() {
    index.close();
  }
}
