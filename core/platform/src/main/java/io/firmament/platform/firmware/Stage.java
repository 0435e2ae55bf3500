package io.firmament.platform.firmware;

import java.util.Locale;

/// The stages of an analysis: unpack, then identify and inspect side by side, then match after
/// identify, and publish once match and inspect are both done.
public enum Stage {
  UNPACK,
  IDENTIFY,
  INSPECT,
  MATCH,
  PUBLISH;

  /// The name in queue names, document keys and function names.
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
