package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;
import java.io.InputStream;

/// A byte source as a stream that knows how far it was read.
public final class SourceInputStream extends InputStream {
  private final ByteSource source;
  private final byte[] buffer = new byte[1 << 15];
  private long next;
  private int at;
  private int filled;

  public SourceInputStream(ByteSource source, long offset) {
    this.source = source;
    this.next = offset;
  }

  /// The offset in the source of the next byte that will be given.
  public long position() {
    return next - (filled - at);
  }

  @Override
  public int read() {
    if (at == filled && !fill()) {
      return -1;
    }
    return buffer[at++] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (at == filled && !fill()) {
      return -1;
    }
    int count = Math.min(length, filled - at);
    System.arraycopy(buffer, at, into, offset, count);
    at += count;
    return count;
  }

  @Override
  public long skip(long count) {
    long position = position();
    long target = Math.clamp(position + Math.max(count, 0), 0, Math.max(position, source.size()));
    next = target;
    at = 0;
    filled = 0;
    return target - position;
  }

  private boolean fill() {
    filled = source.read(next, buffer, 0, buffer.length);
    at = 0;
    next += filled;
    return filled > 0;
  }
}
