package io.firmament.analysis.unpack.io;

import java.util.zip.Checksum;

/// The sum of a content that has none: always 0.
public final class NoSum implements Checksum {
  @Override
  public void update(int b) {}

  @Override
  public void update(byte[] bytes, int offset, int length) {}

  @Override
  public long getValue() {
    return 0;
  }

  @Override
  public void reset() {}
}
