package io.firmament.analysis.advisory;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// Which ids are of one vulnerability: what is an alias of an alias is one too (union-find).
final class AliasGroups {
  private final Map<String, String> parents = new HashMap<>();

  /// Says that all of these are one.
  void join(String id, Collection<String> aliases) {
    String root = of(id);
    for (String alias : aliases) {
      parents.put(of(alias), root);
    }
  }

  /// The id that stands for the group.
  String of(String id) {
    String root = id;
    while (!parents.getOrDefault(root, root).equals(root)) {
      root = parents.getOrDefault(root, root);
    }
    // Later look-ups are short.
    String at = id;
    while (!at.equals(root)) {
      String next = parents.getOrDefault(at, root);
      parents.put(at, root);
      at = next;
    }
    return root;
  }
}
