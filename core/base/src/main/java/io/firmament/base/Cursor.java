package io.firmament.base;

/// An opaque place in a list; only the store that made it can read it.
///
/// @param value URL-safe text
public record Cursor(String value) {
  public Cursor {
    if (value.isEmpty() || value.length() > 2048) {
      throw BaseProblem.INVALID_CURSOR.with();
    }
  }
}
