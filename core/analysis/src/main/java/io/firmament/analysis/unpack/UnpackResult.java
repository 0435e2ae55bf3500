package io.firmament.analysis.unpack;

import java.io.IOException;

/// What unpacking an image gives; closing it closes the pack, whose file stays.
public record UnpackResult(UnpackReport report, UnpackedTree tree, Pack pack)
    implements AutoCloseable {
  @Override
  public void close() throws IOException {
    pack.close();
  }
}
