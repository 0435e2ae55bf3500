package io.firmament.analysis.tree;

/// A source over an array.
public final class MemoryBytes implements ByteSource {
  private final byte[] bytes;
  private final int from;
  private final int length;

  public MemoryBytes(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private MemoryBytes(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.from = from;
    this.length = length;
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public int read(long offset, byte[] into, int at, int count) {
    if (offset < 0) {
      throw new IllegalArgumentException("a negative offset: " + offset);
    }
    if (offset >= length) {
      return 0;
    }
    int available = (int) Math.min(count, length - offset);
    System.arraycopy(bytes, from + (int) offset, into, at, available);
    return available;
  }

  @Override
  public ByteSource slice(long offset, long count) {
    int start = Math.clamp(offset, 0, length);
    return new MemoryBytes(bytes, from + start, Math.clamp(count, 0, length - start));
  }
}
