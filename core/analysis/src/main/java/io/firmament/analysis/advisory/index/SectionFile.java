package io.firmament.analysis.advisory.index;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A section that is written while another one is, in a file of its own.
final class SectionFile implements AutoCloseable {
  private final Path file;
  private final OutputStream out;
  private long size;

  private SectionFile(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  static SectionFile in(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "section-", ".part");
    return new SectionFile(file, new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }

  /// Adds the bytes and answers where they are, as an unsigned int.
  int bytes(byte[] bytes) throws IOException {
    long at = size;
    out.write(bytes);
    size += bytes.length;
    if (size > 0xFFFF_FFFFL) {
      throw new IOException("the index would be too large: more than 4 GB of one section");
    }
    return (int) at;
  }

  void integers(int... values) throws IOException {
    byte[] bytes = new byte[values.length * Integer.BYTES];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < Integer.BYTES; j++) {
        bytes[i * Integer.BYTES + j] = (byte) (values[i] >>> (8 * j));
      }
    }
    bytes(bytes);
  }

  /// Writes it as the section under way.
  void copyTo(SectionedFile to) throws IOException {
    out.flush();
    to.copy(file);
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(file);
  }
}
