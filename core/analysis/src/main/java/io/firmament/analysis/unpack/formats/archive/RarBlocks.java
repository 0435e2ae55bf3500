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

  /// How a content is compressed.
  ///
  /// @param version of the compression: 15, 20, 29 or 50
  /// @param dictionary distance that matches reach back
  /// @param solid it goes on from the file before
  /// @param split the content is in several volumes, or its size is not known
  record Packing(int version, boolean stored, long dictionary, boolean solid, boolean split) {
    static final Packing STORED = new Packing(0, true, 0, false, false);

    boolean readable() {
      return !split && (stored || version == 29 || version == 50);
    }
  }

  /// A block; what is behind `end` says something only of files.
  ///
  /// @param data first byte of the data
  /// @param end one past the data
  /// @param packing how the content became the data
  /// @param link target of a symbolic link, where the header has it; else empty
  /// @param same earlier file that has the same content, where the header has it; else empty
  /// @param mode of Unix with the type, or -1
  /// @param sum CRC-32 of the content, or -1
  record Block(
      Kind kind,
      long data,
      long end,
      byte[] name,
      boolean directory,
      boolean encrypted,
      Packing packing,
      byte[] link,
      byte[] same,
      int mode,
      long mtime,
      long size,
      long sum) {
    private static final byte[] NONE = {};

    static Block plain(Kind kind, long data, long end) {
      return new Block(
          kind, data, end, NONE, false, false, Packing.STORED, NONE, NONE, -1, 0, 0, -1);
    }
  }

  String version();

  /// Whether there is anything behind the last block.
  boolean more();

  /// The next block; fails where there is none, or where its checksum is wrong.
  Block next() throws IOException;
}
