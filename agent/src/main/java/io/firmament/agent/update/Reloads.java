package io.firmament.agent.update;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Makes a changed file count, in the ways that the device allows.
final class Reloads {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final Allowlist allowlist;
  private final Commands commands;
  private final String systemctl;

  Reloads(Allowlist allowlist, Commands commands) {
    this(allowlist, commands, "/usr/bin/systemctl");
  }

  Reloads(Allowlist allowlist, Commands commands, String systemctl) {
    this.allowlist = allowlist;
    this.commands = commands;
    this.systemctl = systemctl;
  }

  void require(Delivery.Reload reload) throws UnfitException {
    switch (reload) {
      case Delivery.Reload.None() -> {}
      case Delivery.Reload.Unit(String unit) -> {
        if (!allowlist.units().contains(unit)) {
          throw new UnfitException("this device does not allow to restart " + unit);
        }
      }
      case Delivery.Reload.Command(List<String> words) -> {
        if (!allowlist.commands().contains(words)) {
          throw new UnfitException("this device does not allow the command " + words);
        }
      }
    }
  }

  void run(Delivery.Reload reload) throws InstallException, InterruptedException {
    try {
      require(reload);
      switch (reload) {
        case Delivery.Reload.None() -> {}
        case Delivery.Reload.Unit(String unit) -> run(List.of(systemctl, "restart", unit));
        case Delivery.Reload.Command(List<String> words) -> run(words);
      }
    } catch (UnfitException e) {
      // The settings were narrowed meanwhile.
      throw new InstallException(String.valueOf(e.getMessage()));
    }
  }

  private void run(List<String> words) throws InstallException, InterruptedException {
    try {
      Commands.Outcome outcome = commands.run(words, TIMEOUT);
      if (!outcome.worked()) {
        throw new InstallException(words.getFirst() + " failed: " + outcome);
      }
    } catch (IOException e) {
      throw new InstallException(words.getFirst() + " failed", e);
    }
  }
}
