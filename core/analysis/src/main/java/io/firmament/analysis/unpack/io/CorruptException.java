package io.firmament.analysis.unpack.io;

import java.io.IOException;

/// The material contradicts its own format.
public final class CorruptException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptException(String detail) {
    super(detail);
  }
}
