package io.firmament.platform.rollout;

import io.firmament.base.Sha256;
import io.firmament.platform.fleet.DeviceName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// Which device is in which wave. It is drawn once, when a rollout is created, and stored.
///
/// Devices are ordered by SHA-256 of the group's name, the strategy's seed and the device's name,
/// and cut into waves in that order. So a group has the same canaries in every rollout, whatever
/// its devices are called, unless a seed asks for others.
///
/// @param waves the devices of each wave, in the order in which they are offered the artifact; a
///     wave may have none
public record Plan(List<List<DeviceName>> waves) {
  public static final int MAX_DEVICES = 50_000;

  public Plan {
    waves = waves.stream().map(List::copyOf).toList();
  }

  /// Divides devices; every one of them is in exactly one wave.
  public static Plan of(GroupName group, Strategy strategy, Collection<DeviceName> devices) {
    byte[] salt =
        (group.value() + '\0' + strategy.cohort().seed() + '\0').getBytes(StandardCharsets.UTF_8);
    List<DeviceName> ordered =
        devices.stream()
            .distinct()
            .map(device -> new Drawn(digest(salt, device), device))
            .sorted()
            .map(Drawn::device)
            .toList();
    List<List<DeviceName>> waves = new ArrayList<>();
    int from = 0;
    for (Wave wave : strategy.waves()) {
      int to = Math.max(from, wave.reach().of(ordered.size()));
      waves.add(ordered.subList(from, to));
      from = to;
    }
    return new Plan(waves);
  }

  /// How many devices there are in all waves.
  public int size() {
    return waves.stream().mapToInt(List::size).sum();
  }

  private static byte[] digest(byte[] salt, DeviceName device) {
    MessageDigest digest = Sha256.newDigest();
    digest.update(salt);
    return digest.digest(device.value().getBytes(StandardCharsets.UTF_8));
  }

  @SuppressWarnings("ArrayRecordComponent") // Compared by its content, here and nowhere else.
  private record Drawn(byte[] digest, DeviceName device) implements Comparable<Drawn> {
    @Override
    public int compareTo(Drawn other) {
      int order = Arrays.compareUnsigned(digest, other.digest);
      return order != 0 ? order : device.value().compareTo(other.device.value());
    }
  }
}
