package io.firmament.analysis.advisory;

/// What kind of system an image boots, as far as CPE platform conditions care.
public enum OperatingSystem {
  LINUX,
  WINDOWS,
  MACOS,
  ANDROID,
  RTOS,
  UNKNOWN
}
