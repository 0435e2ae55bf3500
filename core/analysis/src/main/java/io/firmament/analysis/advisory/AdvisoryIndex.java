package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.IndexFile;
import io.firmament.analysis.advisory.index.IndexManifest;
import io.firmament.analysis.advisory.index.VulnerabilityRow;
import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The vulnerability facts of one build, in one immutable file that is read in place.
///
/// Any number of threads may read it at a time; nobody may after [#close].
public final class AdvisoryIndex implements AutoCloseable {
  /// The version of the file's format that is written and read.
  public static final int FORMAT = IndexFile.FORMAT;

  private static final int CHUNK = 1 << 16;

  private final IndexFile file;

  private AdvisoryIndex(IndexFile file) {
    this.file = file;
  }

  /// Maps the file into memory.
  ///
  /// @throws IOException also for a file that is no index of a format this program reads
  public static AdvisoryIndex open(Path file) throws IOException {
    return new AdvisoryIndex(IndexFile.map(file));
  }

  /// Copies the bytes into memory outside the heap.
  // The arena lives as long as the index, which closes it.
  @SuppressWarnings("MustBeClosed")
  public static AdvisoryIndex open(ByteSource source) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment all = arena.allocate(source.size(), 8);
      byte[] chunk = new byte[CHUNK];
      long at = 0;
      for (int n = source.read(0, chunk, 0, CHUNK); n > 0; n = source.read(at, chunk, 0, CHUNK)) {
        MemorySegment.copy(chunk, 0, all, ValueLayout.JAVA_BYTE, at, n);
        at += n;
      }
      return new AdvisoryIndex(IndexFile.of(arena, all));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// The facts that come with Firmament, so that a first analysis finds something without feeds.
  public static AdvisoryIndex starter() {
    try {
      Path file = Files.createTempFile("advisory-starter-", ".fwvx");
      try {
        IndexBuilder.build(List.of(), file);
        return open(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the starter facts cannot be written to the temporary folder", e);
    }
  }

  /// The feeds it was built from, with the notices that their terms ask to show.
  public IndexManifest manifest() {
    return file.manifest();
  }

  public int vulnerabilities() {
    return file.vulnerabilities();
  }

  public int criteria() {
    return file.criteria();
  }

  public int products() {
    return file.products();
  }

  /// How many statements about products and packages there are besides the criteria.
  public int claims() {
    return file.claimCount();
  }

  /// What the index says of one vulnerability.
  public Optional<VulnerabilityRow> find(String id) {
    int row = file.findVulnerability(id);
    return row < 0 ? Optional.empty() : Optional.of(file.vulnerability(row));
  }

  /// Reads the whole file and names the sections that were changed since it was built.
  public List<String> damagedSections() {
    return file.damagedSections();
  }

  IndexFile file() {
    return file;
  }

  @Override
  public void close() {
    file.close();
  }
}
