package io.firmament.verify;

import io.firmament.aws.AwsEngine;
import io.firmament.local.LocalPlatform;
import java.util.Optional;

/// The whole platform in one process, started once for all test classes; each works in tenants of
/// its own. It works on the engines of the laptop, or on what `FIRMAMENT_AWS` names (see
/// [AwsEngine]).
final class Running {
  private static final LocalPlatform PLATFORM = start();

  private Running() {}

  static LocalPlatform platform() {
    return PLATFORM;
  }

  private static LocalPlatform start() {
    AwsEngine engine = AwsEngine.chosen();
    System.out.println("AWS under test: " + engine.description());
    LocalPlatform platform =
        engine.kind() == AwsEngine.Kind.EMBEDDED
            ? LocalPlatform.start(Optional.empty(), 0)
            : LocalPlatform.on(engine.environment());
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(platform::close));
    return platform;
  }
}
