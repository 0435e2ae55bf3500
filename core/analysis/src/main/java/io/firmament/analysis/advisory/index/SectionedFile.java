package io.firmament.analysis.advisory.index;

import io.firmament.base.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// A file of named sections under way: written beside its place and moved there when whole.
final class SectionedFile implements AutoCloseable {
  private final Path file;
  private final OutputStream out;
  private final Map<String, long[]> places = new LinkedHashMap<>();
  private final Map<String, Digest> digests = new LinkedHashMap<>();
  private final MessageDigest digest = Sha256.newDigest();
  private String section = "";
  private long start = IndexLayout.HEADER;
  private long end = IndexLayout.HEADER;

  private SectionedFile(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  static SectionedFile beside(Path target) throws IOException {
    Path folder = target.resolveSibling("").toAbsolutePath();
    Path file = Files.createTempFile(folder, "advisory-index-", ".part");
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    out.write(new byte[IndexLayout.HEADER]);
    return new SectionedFile(file, out);
  }

  /// Ends the section under way and starts another, on an 8-byte boundary.
  void begin(String name) throws IOException {
    end();
    section = name;
    start = end;
  }

  void end() throws IOException {
    if (!section.isEmpty()) {
      places.put(section, new long[] {start, end - start});
      digests.put(section, new Digest(end - start, HexFormat.of().formatHex(digest.digest())));
    }
    section = "";
    while (end % 8 != 0) {
      out.write(0);
      end++;
    }
  }

  long sectionLength() {
    return end - start;
  }

  void bytes(byte[] bytes) throws IOException {
    bytes(bytes, bytes.length);
  }

  void bytes(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
    digest.update(bytes, 0, length);
    end += length;
  }

  /// Everything that is in the other file.
  void copy(Path other) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(other)) {
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        bytes(buffer, n);
      }
    }
  }

  void integer(int value) throws IOException {
    bytes(
        new byte[] {
          (byte) value, (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24)
        });
  }

  void ints(IntColumn column) throws IOException {
    for (int i = 0; i < column.size(); i++) {
      integer(column.get(i));
    }
  }

  /// Length and SHA-256 of each section ended so far.
  Map<String, Digest> digests() {
    return digests;
  }

  /// Writes the header and moves the file to its place.
  ///
  /// @param counts vulnerabilities, criteria, products, exploited
  IndexTotals publish(int[] counts, Sha256 meta, Path target) throws IOException {
    out.close();
    ByteBuffer header = ByteBuffer.allocate(IndexLayout.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(IndexLayout.MAGIC).putInt(IndexLayout.FORMAT);
    for (int count : counts) {
      header.putInt(count);
    }
    for (String name : IndexLayout.SECTIONS) {
      long[] place = places.getOrDefault(name, new long[2]);
      header.putLong(place[0]).putLong(place[1]);
    }
    header.put(HexFormat.of().parseHex(meta.hex())).rewind();
    header.limit(IndexLayout.HEADER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(header, 0);
      channel.force(true);
    }
    long claims = places.getOrDefault("CLAIMS", new long[2])[1] / IndexLayout.CLAIM_ROW;
    IndexTotals totals =
        new IndexTotals(counts[0], counts[1], counts[2], (int) claims, end, digestOf(file));
    Files.move(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    return totals;
  }

  private static Sha256 digestOf(Path file) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return Sha256.ofDigest(digest.digest());
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(file);
  }

  /// How long a section is, and its SHA-256 in hex.
  record Digest(long length, String sha256) {}
}
