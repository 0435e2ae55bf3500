package io.firmament.agent.update;

/// An update does not fit this device, or asks for what the device does not allow. Nothing was
/// changed.
public final class UnfitException extends Exception {
  public UnfitException(String message) {
    super(message);
  }
}
