package io.firmament.trust;

/// A key that was there cannot sign any more: it is deleted, about to be, or disabled. It is not
/// for trouble that passes by itself, such as a store of keys that does not answer.
public final class KeyGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KeyGoneException(String message, Throwable cause) {
    super(message, cause);
  }
}
