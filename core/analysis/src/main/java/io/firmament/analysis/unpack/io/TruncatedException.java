package io.firmament.analysis.unpack.io;

import java.io.EOFException;

/// The material ends before the structure it announces does.
public final class TruncatedException extends EOFException {
  private static final long serialVersionUID = 1L;

  public TruncatedException(String detail) {
    super(detail);
  }
}
