package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import java.io.IOException;

/// Puts a raw disk together from the blocks of an image; what has no block is a hole.
///
/// A disk that lies in its image as it is becomes a view of it, whatever its size: its blocks are
/// not more bytes than the image. One with compressed blocks is decoded without its holes.
final class DiskMap {
  private final Runs runs = new Runs();
  private final long available;
  private final long most;
  private long mapped;

  /// @param available blocks that begin behind it are left out
  private DiskMap(long available, long most) {
    this.available = available;
    this.most = most;
  }

  /// For blocks that lie in the image.
  static DiskMap plain(ByteSource image) {
    return new DiskMap(image.size(), image.size());
  }

  /// For blocks that are decoded.
  static DiskMap decoded(Sink sink) {
    return new DiskMap(Long.MAX_VALUE, sink.limits().totalBytes());
  }

  /// A block at a position of the disk; positions go up.
  ///
  /// @param offset in the image, or among the decoded blocks
  void block(long position, long offset, long length) throws IOException {
    if (offset >= available) {
      return;
    }
    runs.holeUpTo(position);
    runs.add(offset, length);
    mapped += length;
    if (mapped - length >= most) {
      throw new LimitException(
          Note.Limit.SCAN_WORK, "the disk has more bytes in its blocks than may be");
    }
  }

  /// Bytes of all blocks so far.
  long mapped() {
    return mapped;
  }

  private void end(long size) throws CorruptException {
    if (runs.length() < size) {
      runs.holeUpTo(size);
    }
  }

  /// Gives the disk to the sink; one without any block has nothing to look into.
  void give(ByteSource image, long size, Sink sink) throws IOException {
    if (mapped > 0) {
      end(size);
      sink.payload("", Body.of(runs.source(image, size)));
    }
  }

  /// The same, of blocks that come decoded, in the order in which they were added.
  void give(Body.Opener blocks, long size, Sink sink) throws IOException {
    if (mapped > 0) {
      end(size);
      sink.payload("", new Body.Spread(blocks, layer -> runs.source(layer, size)));
    }
  }
}
