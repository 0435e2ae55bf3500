package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.unpack.formats.ext.ExtFormat;
import io.firmament.analysis.unpack.formats.squashfs.SquashfsFormat;
import java.util.List;

/// Every format the engine knows.
public final class Formats {
  private Formats() {}

  /// In the order in which they are asked about one offset.
  public static List<Format> all() {
    return List.of(
        new GzipFormat(),
        new XzFormat(),
        new LzmaFormat(),
        new ZstdFormat(),
        new Bzip2Format(),
        new Lz4Format(),
        new TarFormat(),
        new CpioFormat(),
        new ZipFormat(),
        new ArFormat(),
        new SquashfsFormat(),
        new ExtFormat(),
        new UImageFormat(),
        new KernelFormat(),
        new FdtFormat(),
        new Dns323Format());
  }
}
