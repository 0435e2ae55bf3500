package io.firmament.analysis.unpack.formats.archive;

import java.io.IOException;

/// Goes from block to block of a RAR archive.
interface RarBlocks {
  /// What a block is for.
  enum Kind {
    FILE,
    /// Everything behind it is encrypted, headers as well.
    ENCRYPTION,
    END,
    OTHER
  }

  /// A block; what is behind `end` says something only of files.
  ///
  /// @param data first byte of the data
  /// @param end one past the data
  /// @param stored the data is the whole content
  /// @param link target of a symbolic link, where the header has it; else empty
  /// @param mode of Unix with the type, or -1
  /// @param sum CRC-32 of the content, or -1
  record Block(
      Kind kind,
      long data,
      long end,
      byte[] name,
      boolean directory,
      boolean encrypted,
      boolean stored,
      byte[] link,
      int mode,
      long mtime,
      long size,
      long sum) {
    private static final byte[] NONE = {};

    static Block plain(Kind kind, long data, long end) {
      return new Block(kind, data, end, NONE, false, false, false, NONE, -1, 0, 0, -1);
    }
  }

  String version();

  /// Whether there is anything behind the last block.
  boolean more();

  /// The next block; fails where there is none, or where its checksum is wrong.
  Block next() throws IOException;
}
