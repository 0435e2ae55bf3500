package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A range of an open file, read by position; used for files that still grow.
public final class ChannelByteSource implements ByteSource {
  private final FileChannel channel;
  private final long start;
  private final long length;

  public ChannelByteSource(FileChannel channel, long start, long length) {
    this.channel = channel;
    this.start = start;
    this.length = length;
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public int read(long offset, byte[] into, int at, int wanted) {
    int count = ByteRange.available(length, offset, wanted);
    int done = 0;
    try {
      while (done < count) {
        int n = channel.read(ByteBuffer.wrap(into, at + done, count - done), start + offset + done);
        if (n <= 0) {
          break;
        }
        done += n;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the work file cannot be read", e);
    }
    return done;
  }

  @Override
  public ByteSource slice(long offset, long wanted) {
    ByteRange range = ByteRange.within(length, offset, wanted);
    return new ChannelByteSource(channel, start + range.start(), range.length());
  }
}
