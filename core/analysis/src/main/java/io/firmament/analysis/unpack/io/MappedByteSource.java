package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file mapped into memory, or a slice of one; nothing is read until it is asked for.
///
/// The file must not shrink while it is mapped.
public final class MappedByteSource implements ByteSource {
  private final MemorySegment segment;

  private MappedByteSource(MemorySegment segment) {
    this.segment = segment;
  }

  /// Maps the whole file for as long as the arena lives.
  public static MappedByteSource map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new MappedByteSource(
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    }
  }

  @Override
  public long size() {
    return segment.byteSize();
  }

  @Override
  public int read(long offset, byte[] into, int at, int length) {
    int count = ByteRange.available(segment.byteSize(), offset, length);
    if (count > 0) {
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, into, at, count);
    }
    return count;
  }

  @Override
  public ByteSource slice(long offset, long length) {
    ByteRange range = ByteRange.within(segment.byteSize(), offset, length);
    return new MappedByteSource(segment.asSlice(range.start(), range.length()));
  }
}
