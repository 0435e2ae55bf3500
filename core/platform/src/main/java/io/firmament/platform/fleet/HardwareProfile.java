package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import java.util.List;
import java.util.stream.Stream;

/// What a device says it is made of. Unknown texts are empty, unknown numbers zero.
///
/// @param model `NVIDIA Jetson Xavier NX Developer Kit`
/// @param soc `nvidia-jetson-xavier-nx`
/// @param architecture `arm64`
/// @param accelerators `nvidia-gpu`; at most 16
/// @param osName the pretty name of the operating system
public record HardwareProfile(
    String model,
    String soc,
    String architecture,
    long ramBytes,
    int cpuCores,
    List<String> accelerators,
    String osName,
    String kernel) {
  private static final int MAX_TEXT = 256;
  private static final int MAX_ACCELERATORS = 16;

  public HardwareProfile {
    accelerators = List.copyOf(accelerators);
    boolean tooLong =
        Stream.concat(Stream.of(model, soc, architecture, osName, kernel), accelerators.stream())
            .anyMatch(text -> text.length() > MAX_TEXT);
    if (tooLong || accelerators.size() > MAX_ACCELERATORS || ramBytes < 0 || cpuCores < 0) {
      throw BaseProblem.INVALID_FIELD.with(
          "field",
          "profile",
          "detail",
          "texts of at most 256 characters, at most 16 accelerators, no negative numbers");
    }
  }

  /// Of a device that has not registered yet.
  public static HardwareProfile unknown() {
    return new HardwareProfile("", "", "", 0, 0, List.of(), "", "");
  }
}
