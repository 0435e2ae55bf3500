package io.firmament.analysis.unpack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Builds small archives in memory.
final class Archives {
  private Archives() {}

  /// A newc cpio archive, header by header.
  static final class Cpio {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int inode = 1;

    Cpio file(String name, int mode, byte[] content) {
      return member(name, 0100000 | mode, inode++, 1, content, 0, 0);
    }

    Cpio file(String name, String content) {
      return file(name, 0644, content.getBytes(StandardCharsets.UTF_8));
    }

    Cpio directory(String name) {
      return member(name, 0040755, inode++, 2, new byte[0], 0, 0);
    }

    Cpio symlink(String name, String target) {
      return member(name, 0120777, inode++, 1, target.getBytes(StandardCharsets.ISO_8859_1), 0, 0);
    }

    Cpio device(String name, int mode, int major, int minor) {
      return member(name, mode, inode++, 1, new byte[0], major, minor);
    }

    Cpio member(String name, int mode, int ino, int links, byte[] content, int major, int minor) {
      byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
      String header =
          "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x"
              .formatted(
                  ino,
                  mode,
                  7,
                  8,
                  links,
                  1_700_000_000,
                  content.length,
                  0,
                  1,
                  major,
                  minor,
                  nameBytes.length + 1,
                  0);
      out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(nameBytes);
      out.write(0);
      pad();
      out.writeBytes(content);
      pad();
      return this;
    }

    byte[] build() {
      member("TRAILER!!!", 0, 0, 1, new byte[0], 0, 0);
      return out.toByteArray();
    }

    private void pad() {
      while (out.size() % 4 != 0) {
        out.write(0);
      }
    }
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  /// A tar archive of files, given as alternating names and contents.
  static byte[] tar(String... namesAndContents) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (int i = 0; i < namesAndContents.length; i += 2) {
        byte[] content = namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(namesAndContents[i], true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }
}
