package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.base.Sha256;
import java.nio.charset.StandardCharsets;

/// What tells one piece of hardware from all others: a serial number, a SoC id, a MAC address. It
/// is claimed by the device, not proven.
///
/// @param value 1 to 128 printable ASCII characters
public record HardwareId(String value) {
  public HardwareId {
    if (value.isEmpty()
        || value.length() > 128
        || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "hardware_id", "detail", "must have 1 to 128 printable ASCII characters");
    }
  }

  /// The name of a device that asked for none: the id itself where it can be a name, else `hw-` and
  /// the beginning of its digest.
  public DeviceName derivedName() {
    return DeviceName.parse(value)
        .orElseGet(
            () ->
                new DeviceName(
                    "hw-"
                        + Sha256.of(value.getBytes(StandardCharsets.UTF_8))
                            .hex()
                            .substring(0, 20)));
  }

  @Override
  public String toString() {
    return value;
  }
}
