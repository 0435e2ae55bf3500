package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Records what a device has installed. Saying the same again writes nothing.
public final class RecordInventory {
  /// How many artifacts one write can change: a transaction has room for no more.
  static final int CHANGES_AT_A_TIME = 80;

  private static final String NONE = "none";

  private final FleetStore store;
  private final DeviceDirectory directory;
  private final Clock clock;
  private final Ids ids;

  public RecordInventory(FleetStore store, DeviceDirectory directory, Clock clock, Ids ids) {
    this.store = store;
    this.directory = directory;
    this.clock = clock;
    this.ids = ids;
  }

  /// Records what an authenticated device says. Where somebody else writes the device at the same
  /// moment, nothing is recorded: the next heartbeat says it again.
  public Device record(Device device, Inventory said) {
    Device known = device;
    while (said.tellsMoreThan(known.inventory())) {
      Inventory next = step(known.inventory(), said);
      Device wanted = known.withInventory(next);
      DeviceEvent event =
          DeviceEvent.of(
              ids.next(),
              known,
              clock.instant(),
              DeviceEvent.Kind.INVENTORY_CHANGED,
              facts(known.inventory(), next));
      if (!store.update(
          new DeviceChange(wanted, event, Optional.empty(), Optional.of(known.inventory())))) {
        return known;
      }
      known = wanted.atVersion(wanted.version() + 1);
      directory.changed(known);
    }
    return known;
  }

  /// What is said, or as much of it as one write takes.
  private static Inventory step(Inventory known, Inventory said) {
    SortedSet<String> changed = changed(known, said);
    if (changed.size() <= CHANGES_AT_A_TIME / 2) {
      return said;
    }
    // What goes first makes room: there are never too many in between.
    TreeMap<String, Inventory.Installed> some = new TreeMap<>(known.installed());
    int left = CHANGES_AT_A_TIME / 2;
    for (boolean gone : new boolean[] {true, false}) {
      for (String name : changed) {
        if (left > 0 && said.installed().containsKey(name) != gone) {
          Inventory.Installed is = said.installed().get(name);
          if (is == null) {
            some.remove(name);
          } else {
            some.put(name, is);
          }
          left--;
        }
      }
    }
    return new Inventory(some, said.metadata());
  }

  private static SortedSet<String> changed(Inventory known, Inventory said) {
    SortedSet<String> names = new TreeSet<>(known.installed().keySet());
    names.addAll(said.installed().keySet());
    names.removeIf(
        name ->
            Optional.ofNullable(known.installed().get(name))
                .equals(Optional.ofNullable(said.installed().get(name))));
    return names;
  }

  private static Map<String, String> facts(Inventory before, Inventory after) {
    SortedMap<String, String> facts = new TreeMap<>();
    for (String name : changed(before, after)) {
      facts.put("installed." + name, version(before, name) + " -> " + version(after, name));
    }
    if (!before.metadata().equals(after.metadata())) {
      after
          .metadata()
          .ifPresent(
              metadata -> {
                facts.put("root", Long.toString(metadata.root()));
                facts.put("targets", Long.toString(metadata.targets()));
              });
    }
    return facts;
  }

  private static String version(Inventory inventory, String name) {
    Inventory.Installed installed = inventory.installed().get(name);
    return installed == null ? NONE : installed.version();
  }
}
