package io.firmament.platform.fleet;

import java.util.UUID;

/// One running instance of the device service.
public record WatcherId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
