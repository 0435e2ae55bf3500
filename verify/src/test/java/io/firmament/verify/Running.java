package io.firmament.verify;

import io.firmament.local.LocalPlatform;
import java.util.Optional;

/// The whole platform in one process, started once for all test classes; each works in tenants of
/// its own.
final class Running {
  private static final LocalPlatform PLATFORM = start();

  private Running() {}

  static LocalPlatform platform() {
    return PLATFORM;
  }

  private static LocalPlatform start() {
    LocalPlatform platform = LocalPlatform.start(Optional.empty(), 0);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(platform::close));
    return platform;
  }
}
