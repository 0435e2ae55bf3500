package io.firmament.analysis.unpack.io;

import java.io.IOException;

/// The material uses a feature of its format that the reader does not know.
public final class UnsupportedException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnsupportedException(String detail) {
    super(detail);
  }
}
