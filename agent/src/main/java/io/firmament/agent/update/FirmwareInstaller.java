package io.firmament.agent.update;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Firmware through the device's own installer: commands of its settings, never of an order.
///
/// A command may be run again after a stop in its midst, so it must be one that begins anew, as
/// installers for two slots are. A command that restarts the device is over when the device has
/// started: notes beside the content say which start a command was run in.
final class FirmwareInstaller implements Installer {
  /// There is one way back, and the installer knows it.
  private static final String BACKUP = "installer";

  private final Allowlist.Firmware firmware;
  private final Commands commands;
  private final Path bootId;
  private final Checkpoint checkpoint;

  /// @param bootId a file that says something else after each start of the device
  FirmwareInstaller(
      Allowlist.Firmware firmware, Commands commands, Path bootId, Checkpoint checkpoint) {
    this.firmware = firmware;
    this.commands = commands;
    this.bootId = bootId;
    this.checkpoint = checkpoint;
  }

  @Override
  public void require(Job job, UpdateState state) {}

  @Override
  public String prepare(Job job, Path content) throws InstallException {
    try {
      // Notes of an earlier attempt with the same content say nothing about this one.
      for (String step : List.of("install", "activate", "revert")) {
        Files.deleteIfExists(note(content, step));
        Files.deleteIfExists(begun(content, step));
      }
      return BACKUP;
    } catch (IOException e) {
      throw new InstallException("the firmware cannot be prepared", e);
    }
  }

  @Override
  public void apply(Job job, Path content) throws InstallException, InterruptedException {
    once("install", withFile(firmware.install(), content), content);
    if (!firmware.activate().isEmpty()) {
      once("activate", firmware.activate(), content);
    }
  }

  @Override
  public void rollBack(Job job, Path content) throws InstallException, InterruptedException {
    once("revert", firmware.revert(), content);
  }

  /// Runs a command unless it is known to have ended well, or to have restarted the device.
  private void once(String step, List<String> words, Path content)
      throws InstallException, InterruptedException {
    Path note = note(content, step);
    Path begun = begun(content, step);
    try {
      String boot = Files.readString(bootId).strip();
      boolean restarted =
          !step.equals("install")
              && Files.exists(begun)
              && !Files.readString(begun).strip().equals(boot);
      if (Files.exists(note) || restarted) {
        return;
      }
      Files.createDirectories(content.toAbsolutePath().getParent());
      DurableFiles.replace(begun, boot.getBytes(StandardCharsets.UTF_8));
      checkpoint.reached(step + " begins");
      Commands.Outcome outcome = commands.run(words, firmware.timeout());
      if (!outcome.worked()) {
        throw new InstallException(words.getFirst() + " failed: " + outcome);
      }
      checkpoint.reached(step + " has ended");
      DurableFiles.replace(note, boot.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new InstallException("the step " + step + " of the firmware has failed", e);
    }
  }

  private static Path note(Path content, String step) {
    return content.resolveSibling(content.getFileName() + "." + step);
  }

  private static Path begun(Path content, String step) {
    return content.resolveSibling(content.getFileName() + "." + step + "-begun");
  }

  private static List<String> withFile(List<String> words, Path file) {
    List<String> replaced = new ArrayList<>();
    for (String word : words) {
      replaced.add(word.equals(Allowlist.FILE) ? file.toString() : word);
    }
    return replaced;
  }
}
