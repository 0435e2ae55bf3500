package io.firmament.analysis.inventory;

import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.FileTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds well-known files under whatever root file system of the tree has them: an image may hold
/// several, each under a prefix.
final class Roots {
  private final FileTree tree;

  Roots(FileTree tree) {
    this.tree = tree;
  }

  /// A file and the root it belongs to: empty, or a path that ends in a slash.
  record Rooted(String root, Entry entry) {}

  /// Every entry that is `path` under some root, links followed.
  List<Rooted> all(String path) {
    List<Rooted> found = new ArrayList<>();
    for (Entry entry : tree.entries()) {
      String shown = entry.path().toString();
      if (shown.equals(path) || shown.endsWith("/" + path)) {
        Optional<Entry> file = entry.isFile() ? Optional.of(entry) : tree.resolve(entry.path());
        String root = root(shown, path);
        file.filter(Entry::isFile).ifPresent(target -> found.add(new Rooted(root, target)));
      }
    }
    return found;
  }

  /// Every file directly in `folder` under some root, whose name ends so.
  List<Rooted> in(String folder, String ending) {
    List<Rooted> found = new ArrayList<>();
    for (Entry entry : tree.entries()) {
      String shown = entry.path().toString();
      int slash = shown.lastIndexOf('/');
      String parent = slash < 0 ? "" : shown.substring(0, slash);
      if (entry.isFile()
          && shown.endsWith(ending)
          && (parent.equals(folder) || parent.endsWith("/" + folder))) {
        found.add(new Rooted(root(parent, folder), entry));
      }
    }
    return found;
  }

  /// What is before the well-known part; `/usr/lib` is the same place as `/lib`.
  private static String root(String shown, String part) {
    String root = shown.substring(0, shown.length() - part.length());
    boolean merged = part.startsWith("lib/") && (root.equals("usr/") || root.endsWith("/usr/"));
    return merged ? root.substring(0, root.length() - 4) : root;
  }

  String text(Entry file) {
    return file.sha256().map(tree::content).map(Text::of).orElse("");
  }

  /// The text of a file under a root, links followed; empty where it is missing.
  Optional<String> text(String root, String path) {
    return entry(root, path).filter(Entry::isFile).map(this::text);
  }

  /// The entry a package calls `path`, found also where `/bin`, `/sbin` and `/lib` have moved to
  /// `/usr`.
  Optional<Entry> entry(String root, String path) {
    String plain = path.startsWith("/") ? path.substring(1) : path;
    if (plain.isEmpty() || plain.equals(".")) {
      return Optional.empty();
    }
    EntryPath direct = EntryPath.of(root + plain);
    return tree.find(direct)
        .or(() -> tree.resolve(direct))
        .or(() -> tree.find(EntryPath.of(root + "usr/" + plain)))
        .or(
            () ->
                plain.startsWith("usr/")
                    ? tree.find(EntryPath.of(root + plain.substring(4)))
                    : Optional.empty());
  }
}
