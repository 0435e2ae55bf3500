package io.firmament.analysis.advisory.index;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// Which ids are of one vulnerability: what is an alias of an alias is one too (union-find). Two
/// CVE ids are never of one vulnerability, whatever says so.
final class AliasGroups {
  private final Map<String, String> parents = new HashMap<>();

  /// Says that all of these are one.
  void join(String id, Collection<String> aliases) {
    for (String alias : aliases) {
      String left = of(id);
      String right = of(alias);
      if (left.equals(right) || (isCve(left) && isCve(right))) {
        continue;
      }
      boolean leftStays = isCve(left) || (!isCve(right) && left.compareTo(right) < 0);
      parents.put(leftStays ? right : left, leftStays ? left : right);
    }
  }

  private static boolean isCve(String id) {
    return id.startsWith("CVE-");
  }

  /// The id that stands for the group: its CVE id, else the first in the alphabet.
  String of(String id) {
    String root = id;
    for (String next = parents.get(root); next != null; next = parents.get(root)) {
      root = next;
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
