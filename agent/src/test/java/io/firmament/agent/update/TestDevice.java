package io.firmament.agent.update;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/// A device with real files below one folder.
final class TestDevice {
  private static final int HEARTBEATS = 12;

  final Path folder;
  final Path etc;
  final TestPlatform platform;
  Allowlist allowlist;
  Instant now = TestPlatform.NOW;

  private final Path bootId;

  TestDevice(Path folder, TestPlatform platform, String settings) throws IOException {
    this.folder = Files.createDirectories(folder.resolve("data"));
    this.etc = Files.createDirectories(folder.resolve("etc"));
    this.platform = platform;
    this.allowlist =
        Allowlist.read(
            TestPlatform.json(settings.replace("ETC", etc.toString()).replace("'", "\"")));
    this.bootId = Files.writeString(folder.resolve("boot_id"), "boot 1\n");
  }

  /// Starts the agent.
  UpdateMachine start(Stops stops) {
    return start(stops, UpdateListener.NONE);
  }

  UpdateMachine start(Stops stops, UpdateListener listener) {
    return new UpdateMachine(
        platform,
        new LocalHost(
            folder,
            allowlist,
            platform,
            new LocalHost.Parts(bootId, etc.resolve("systemctl").toString(), Duration.ZERO),
            stops),
        stops.around(new FileStateStore(folder.resolve("update.json"))),
        report -> {
          stops.reached("before saying " + report.status());
          platform.send(report);
          stops.reached("after saying " + report.status());
        },
        listener,
        Clock.fixed(now, ZoneOffset.UTC));
  }

  /// The device restarts, the agent with it.
  void reboot() throws IOException {
    Files.writeString(bootId, Files.readString(bootId).strip() + "+1\n");
  }

  /// Heartbeats, until there is nothing left to do.
  UpdateState live(UpdateMachine machine) throws InterruptedException {
    for (int i = 0; i < HEARTBEATS; i++) {
      machine.take(platform.assignments());
      if (machine.work() && platform.assignments().isEmpty()) {
        return machine.state();
      }
    }
    throw new AssertionError("never done: " + machine.state());
  }

  /// A program of the device.
  Path program(String name, String script) throws IOException {
    Path file = etc.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script.replace("ETC", etc.toString()) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  String text(String name) throws IOException {
    Path file = etc.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  List<String> names(Path where) throws IOException {
    try (Stream<Path> files = Files.list(where)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
