package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.cpe.Cpe;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Judges what a criterion says of platforms against what is known of the firmware.
final class Platforms {
  private static final Set<String> MICROSOFT_SYSTEMS = Set.of("microsoft");
  private static final Set<String> APPLE_SYSTEMS = Set.of("apple");
  private static final Map<String, String> DISTRIBUTIONS =
      Map.of(
          "debian", "debian:debian_linux",
          "ubuntu", "canonical:ubuntu_linux",
          "alpine", "alpinelinux:alpine_linux",
          "fedora", "fedoraproject:fedora",
          "openwrt", "openwrt:openwrt");

  /// Target software that names a system, and which one.
  private static final Map<String, OperatingSystem> TARGET_SYSTEMS =
      Map.of(
          "linux", OperatingSystem.LINUX,
          "linux_kernel", OperatingSystem.LINUX,
          "windows", OperatingSystem.WINDOWS,
          "macos", OperatingSystem.MACOS,
          "mac_os_x", OperatingSystem.MACOS,
          "mac_os", OperatingSystem.MACOS,
          "iphone_os", OperatingSystem.MACOS,
          "ipados", OperatingSystem.MACOS,
          "android", OperatingSystem.ANDROID);

  /// Target software that names a package ecosystem, and the package URL type of it.
  private static final Map<String, String> ECOSYSTEMS =
      Map.of(
          "node.js", "npm",
          "nodejs", "npm",
          "python", "pypi",
          "ruby", "gem",
          "rust", "cargo",
          "go", "golang",
          "wordpress", "wordpress",
          "jenkins", "jenkins",
          "drupal", "drupal",
          "joomla\\!", "joomla");

  private static final Set<String> X86 = Set.of("x86", "x64", "x86_64", "i386", "amd64");

  private final FirmwareEnvironment environment;
  private final List<Cpe> hardware;

  Platforms(FirmwareEnvironment environment) {
    this.environment = environment;
    this.hardware = environment.hardware().stream().flatMap(h -> Cpe.parse(h).stream()).toList();
  }

  /// Whether edition to `other` of a criterion allow a component of the ecosystem.
  ///
  /// FALSE contradicts what is known; an ecosystem that is another one is empty: no match at all.
  Optional<Truth> ofAttributes(String attributes, String ecosystem) {
    if (attributes.isEmpty()) {
      return Optional.of(Truth.TRUE);
    }
    String[] values = attributes.split("(?<!\\\\):", -1);
    String software = values.length > 3 ? values[3] : "*";
    String machine = values.length > 4 ? values[4] : "*";
    String wanted = ECOSYSTEMS.get(software);
    if (wanted != null) {
      return wanted.equals(ecosystem) ? Optional.of(Truth.TRUE) : Optional.empty();
    }
    return Optional.of(targetSoftware(software).and(targetMachine(machine)));
  }

  private Truth targetSoftware(String software) {
    if (software.equals("*") || software.equals("-")) {
      return Truth.TRUE;
    }
    OperatingSystem system = TARGET_SYSTEMS.get(software);
    return system == null ? Truth.UNKNOWN : runs(system);
  }

  private Truth targetMachine(String machine) {
    if (machine.equals("*") || machine.equals("-") || environment.architecture().isEmpty()) {
      return machine.equals("*") || machine.equals("-") ? Truth.TRUE : Truth.UNKNOWN;
    }
    String actual = environment.architecture().get().toLowerCase(Locale.ROOT);
    if (X86.contains(machine)) {
      return X86.contains(actual) ? Truth.TRUE : Truth.FALSE;
    }
    return actual.startsWith(machine) ? Truth.TRUE : Truth.UNKNOWN;
  }

  private Truth runs(OperatingSystem system) {
    if (environment.os() == OperatingSystem.UNKNOWN) {
      return Truth.UNKNOWN;
    }
    return environment.os() == system ? Truth.TRUE : Truth.FALSE;
  }

  /// Whether the firmware is the platform of a condition that none of its components meets.
  Truth ofKey(char part, String key) {
    String vendor = key.substring(0, key.indexOf(':'));
    return part == 'h' ? ofHardware(vendor, key) : ofSystem(vendor, key);
  }

  private Truth ofHardware(String vendor, String key) {
    if (hardware.stream().anyMatch(h -> h.key().equals(key))) {
      return Truth.TRUE;
    }
    boolean sameVendor = hardware.stream().anyMatch(h -> h.key().startsWith(vendor + ":"));
    return sameVendor ? Truth.FALSE : Truth.UNKNOWN;
  }

  private Truth ofSystem(String vendor, String key) {
    if (key.equals("linux:linux_kernel")) {
      return runs(OperatingSystem.LINUX);
    }
    if (key.equals("google:android")) {
      return runs(OperatingSystem.ANDROID);
    }
    if (MICROSOFT_SYSTEMS.contains(vendor)) {
      return runs(OperatingSystem.WINDOWS);
    }
    if (APPLE_SYSTEMS.contains(vendor)) {
      return runs(OperatingSystem.MACOS);
    }
    Optional<String> distribution =
        environment
            .distribution()
            .map(d -> DISTRIBUTIONS.getOrDefault(d.replaceFirst("-.*", ""), ""));
    if (distribution.isPresent() && DISTRIBUTIONS.containsValue(key)) {
      return distribution.get().equals(key) ? Truth.TRUE : Truth.FALSE;
    }
    return Truth.UNKNOWN;
  }
}
