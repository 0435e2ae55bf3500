package io.firmament.graphql;

import io.firmament.base.finding.Component;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// How the components of one image differ from those of another, each list by name and version.
///
/// What is the same but for its version is told by its package URL, else by CPE vendor and product,
/// else by type and name. Where an image has it several times, those of equal versions belong
/// together first, and then the others in the order of their versions' text.
record ComponentChanges(List<Component> added, List<Component> dropped, List<Change> changed) {
  private static final Comparator<Component> ORDER =
      Comparator.comparing(Component::name)
          .thenComparing(ComponentChanges::version)
          .thenComparing(Component::id);

  ComponentChanges {
    added = List.copyOf(added);
    dropped = List.copyOf(dropped);
    changed = List.copyOf(changed);
  }

  /// The schema's `ComponentChange`.
  record Change(Component before, Component after) {}

  static ComponentChanges between(List<Component> base, List<Component> other) {
    Map<String, Deque<Component>> before = byIdentity(base);
    Map<String, Deque<Component>> after = byIdentity(other);
    List<Component> added = new ArrayList<>();
    List<Component> dropped = new ArrayList<>();
    List<Change> changed = new ArrayList<>();
    before.forEach(
        (identity, those) -> {
          Deque<Component> these = after.getOrDefault(identity, new ArrayDeque<>());
          withoutEqual(those, these);
          while (!those.isEmpty() && !these.isEmpty()) {
            changed.add(new Change(those.removeFirst(), these.removeFirst()));
          }
          dropped.addAll(those);
        });
    after.values().forEach(added::addAll);
    // What has a partner has left both by now; what is left of `after` has none.
    added.sort(ORDER);
    dropped.sort(ORDER);
    changed.sort(Comparator.comparing(Change::after, ORDER));
    return new ComponentChanges(added, dropped, changed);
  }

  private static void withoutEqual(Deque<Component> those, Deque<Component> these) {
    for (Component each : List.copyOf(those)) {
      these.stream()
          .filter(other -> version(other).equals(version(each)))
          .findFirst()
          .ifPresent(
              other -> {
                those.remove(each);
                these.remove(other);
              });
    }
  }

  private static Map<String, Deque<Component>> byIdentity(List<Component> components) {
    Map<String, Deque<Component>> byIdentity = new TreeMap<>();
    components.stream()
        .sorted(ORDER)
        .forEach(
            each -> byIdentity.computeIfAbsent(identity(each), _ -> new ArrayDeque<>()).add(each));
    return byIdentity;
  }

  private static String identity(Component component) {
    if (component.purl() != null) {
      return "purl " + component.purl().replaceFirst("[?#].*", "").replaceFirst("@[^/]*$", "");
    }
    if (component.vendor() != null && component.product() != null) {
      return "cpe " + component.vendor() + ":" + component.product();
    }
    return component.type() + " " + component.name().toLowerCase(Locale.ROOT);
  }

  private static String version(Component component) {
    return component.version() + " " + component.update();
  }
}
