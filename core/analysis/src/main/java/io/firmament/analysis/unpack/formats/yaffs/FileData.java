package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;

/// The content of a file; pages that are missing are zeros.
final class FileData extends PieceInputStream {
  private static final byte[] END = {};
  private static final int MOST_ZEROS = 1 << 16;

  private final ByteSource source;
  private final YaffsObject file;
  private final int page;
  private long position;

  FileData(ByteSource source, YaffsObject file, int page) {
    this.source = source;
    this.file = file;
    this.page = page;
  }

  @Override
  protected byte[] next() throws IOException {
    long left = file.size() - position;
    if (left <= 0) {
      return END;
    }
    long index = position / page;
    long at = file.page(index);
    byte[] piece;
    if (at < 0) {
      long hole = Math.min(file.nextPage(index), file.size() / page + 1) - index;
      long pages = Math.clamp(hole, 1, MOST_ZEROS / page);
      piece = new byte[(int) Math.min(pages * page, left)];
    } else {
      piece = Binary.bytes(source, at, (int) Math.min(left, page));
    }
    position += piece.length;
    return piece;
  }
}
