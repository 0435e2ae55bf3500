package io.firmament.analysis.unpack.formats;

import java.util.List;

/// Every format the engine knows.
public final class Formats {
  private Formats() {}

  /// In the order in which they are asked about one offset.
  public static List<Format> all() {
    return List.of(new GzipFormat(), new TarFormat(), new CpioFormat());
  }
}
