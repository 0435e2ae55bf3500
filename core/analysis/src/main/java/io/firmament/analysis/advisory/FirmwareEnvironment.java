package io.firmament.analysis.advisory;

import io.firmament.base.finding.Component;
import java.util.List;
import java.util.Optional;

/// What is known of the firmware as a whole, against which platform conditions are judged.
///
/// Nothing known is a valid environment: conditions are then unknown, and matches say so.
///
/// @param architecture for example `mips` or `x86_64`
/// @param distribution for example `debian-12`
/// @param hardware CPE 2.3 strings of the device and of parts of it
public record FirmwareEnvironment(
    OperatingSystem os,
    Optional<String> architecture,
    Optional<String> distribution,
    List<String> hardware) {
  public FirmwareEnvironment {
    hardware = List.copyOf(hardware);
  }

  /// Of an image that nothing is known of but its components: a Linux kernel or a package database
  /// of a Linux distribution makes it Linux, the packages name the distribution.
  public static FirmwareEnvironment of(List<Component> components) {
    Optional<String> distribution =
        components.stream()
            .flatMap(c -> Optional.ofNullable(c.distribution()).stream())
            .findFirst();
    boolean linux = distribution.isPresent() || components.stream().anyMatch(Kernel::isLinux);
    return new FirmwareEnvironment(
        linux ? OperatingSystem.LINUX : OperatingSystem.UNKNOWN,
        Optional.empty(),
        distribution,
        List.of());
  }

  /// How a Linux kernel is told from other components.
  private static final class Kernel {
    private Kernel() {}

    static boolean isLinux(Component component) {
      return "linux_kernel".equals(component.product())
          || component.name().startsWith("linux-image");
    }
  }
}
