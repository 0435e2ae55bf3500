package io.firmament.analysis.unpack.io;

import io.firmament.analysis.unpack.Note;
import java.io.IOException;

/// A limit was reached; ends the container, or the whole unpacking for a limit of the whole.
public final class LimitException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Note.Limit limit;

  public LimitException(Note.Limit limit, String detail) {
    super(detail);
    this.limit = limit;
  }

  public Note.Limit limit() {
    return limit;
  }
}
