package io.firmament.agent.update;

/// Something did not work that may work later; the update is kept and tried again.
public final class TroubleException extends Exception {
  public TroubleException(String message) {
    super(message);
  }

  public TroubleException(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
