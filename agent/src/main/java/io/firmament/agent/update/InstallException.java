package io.firmament.agent.update;

/// A step of an installation, or of taking it back, has failed.
public final class InstallException extends Exception {
  public InstallException(String message) {
    super(message);
  }

  public InstallException(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
