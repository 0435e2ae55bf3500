package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/// The tree of an unpacked image over its pack.
///
/// A tree may hold several file systems, each mounted at a root; an absolute link target starts at
/// the root of the file system that holds the link, and `..` does not leave it.
public final class UnpackedTree implements FileTree {
  private static final int MAX_HOPS = 40;

  private final List<Entry> entries;
  private final Map<EntryPath, Entry> byPath;
  private final List<String> roots;
  private final Set<String> rootSet;
  private final PackReader pack;

  /// @param roots paths that file systems are mounted at, in printable form, each empty or ending
  ///     in a slash
  public UnpackedTree(List<Entry> entries, List<String> roots, PackReader pack) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparing(Entry::path));
    this.entries = List.copyOf(sorted);
    this.byPath = new HashMap<>(entries.size() * 2);
    for (Entry entry : sorted) {
      byPath.put(entry.path(), entry);
    }
    this.roots = roots.stream().sorted().distinct().toList();
    this.rootSet = new HashSet<>();
    this.roots.forEach(root -> rootSet.add(latin(EntryPath.parse(root))));
    this.pack = pack;
  }

  @Override
  public List<Entry> entries() {
    return entries;
  }

  public List<String> roots() {
    return roots;
  }

  public PackReader pack() {
    return pack;
  }

  @Override
  public Optional<Entry> find(EntryPath path) {
    return Optional.ofNullable(byPath.get(path));
  }

  @Override
  public ByteSource content(Sha256 sha256) {
    return pack.find(sha256)
        .orElseThrow(() -> new NoSuchElementException("not in this tree: " + sha256));
  }

  @Override
  public Optional<Entry> resolve(EntryPath path) {
    String root = rootOf(latin(path));
    Deque<String> pending = new ArrayDeque<>(segments(latin(path).substring(root.length())));
    List<String> done = new ArrayList<>();
    int hops = 0;
    while (!pending.isEmpty()) {
      String segment = pending.removeFirst();
      if (segment.equals("..")) {
        if (!done.isEmpty()) {
          done.removeLast();
        }
        continue;
      }
      done.add(segment);
      Entry entry = byPath.get(path(root, done));
      if (entry == null || entry.type() != EntryType.SYMLINK) {
        continue;
      }
      if (++hops > MAX_HOPS) {
        return Optional.empty();
      }
      String target = entry.linkTarget().map(UnpackedTree::latin).orElse("");
      done.removeLast();
      if (target.startsWith("/")) {
        done.clear();
      }
      segments(target).reversed().forEach(pending::addFirst);
    }
    return find(path(root, done));
  }

  private String rootOf(String path) {
    for (int slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
      String candidate = path.substring(0, slash + 1);
      if (rootSet.contains(candidate)) {
        return candidate;
      }
    }
    return "";
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      if (!segment.isEmpty() && !segment.equals(".")) {
        segments.add(segment);
      }
    }
    return segments;
  }

  private static EntryPath path(String root, List<String> segments) {
    String text = root + String.join("/", segments);
    return EntryPath.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String latin(EntryPath path) {
    return new String(path.bytes(), StandardCharsets.ISO_8859_1);
  }
}
