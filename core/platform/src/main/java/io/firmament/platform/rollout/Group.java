package io.firmament.platform.rollout;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Devices of one fleet that are rolled out to together.
///
/// @param description for people; at most 500 characters
/// @param version counts the changes; a write names the version it is based on
public record Group(
    TenantId tenant,
    GroupName name,
    FleetName fleet,
    String description,
    Membership membership,
    Instant createdAt,
    long version) {
  public static final int MAX_DESCRIPTION = 500;

  public Group {
    Invalid.unless(
        description.length() <= MAX_DESCRIPTION
            && description.chars().noneMatch(Character::isISOControl),
        "description",
        "has at most " + MAX_DESCRIPTION + " characters, none of control");
  }

  /// Which devices belong to a group.
  public sealed interface Membership {
    /// Those that are named.
    record Named(SortedSet<String> names) implements Membership {
      public static final int MAX = 5_000;

      public Named {
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
        Invalid.unless(!names.isEmpty(), "devices", "must name a device");
        Invalid.unless(names.size() <= MAX, "devices", "names at most " + MAX + " devices");
        for (String name : names) {
          Invalid.unless(
              DeviceName.parse(name).isPresent(),
              "devices",
              "`" + shown(name) + "` is no device's name");
        }
      }

      private static String shown(String name) {
        return name.length() <= 80 ? name : name.substring(0, 80) + "...";
      }
    }

    /// Those for which a selector holds, evaluated anew each time.
    record Selected(Selector selector) implements Membership {}
  }

  /// The devices that belong to a group now.
  ///
  /// @param members by name
  /// @param unresolved names for which the fleet has no device, or a decommissioned one
  public record Resolution(List<DeviceName> members, List<String> unresolved) {
    public Resolution {
      members = List.copyOf(members);
      unresolved = List.copyOf(unresolved);
    }
  }

  /// Whether a device belongs to the group.
  public boolean has(DeviceFacts device) {
    return device.condition() != DeviceFacts.Condition.DECOMMISSIONED
        && device.fleet().equals(fleet)
        && switch (membership) {
          case Membership.Named(SortedSet<String> names) -> names.contains(device.name().value());
          case Membership.Selected(Selector selector) -> selector.matches(device);
        };
  }

  /// Finds the members among all devices of the tenant.
  public Resolution resolve(Collection<DeviceFacts> devices) {
    SortedSet<String> found = new TreeSet<>();
    devices.stream().filter(this::has).forEach(device -> found.add(device.name().value()));
    List<String> unresolved = new ArrayList<>();
    if (membership instanceof Membership.Named(SortedSet<String> names)) {
      names.stream().filter(name -> !found.contains(name)).forEach(unresolved::add);
    }
    return new Resolution(found.stream().map(DeviceName::new).toList(), unresolved);
  }
}
