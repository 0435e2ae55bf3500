package io.firmament.analysis.tree;

import io.firmament.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A tree made by a test.
public final class MemoryTree implements FileTree {
  private final TreeMap<EntryPath, Entry> entries = new TreeMap<>();
  private final Map<Sha256, byte[]> contents = new HashMap<>();

  public MemoryTree file(String path, String text) {
    return file(path, 0644, text.getBytes(StandardCharsets.UTF_8));
  }

  public MemoryTree file(String path, int mode, byte[] content) {
    Sha256 digest = Sha256.of(content);
    contents.put(digest, content.clone());
    return put(path, EntryType.FILE, mode, "", content.length, Optional.of(digest));
  }

  public MemoryTree directory(String path, int mode) {
    return put(path, EntryType.DIRECTORY, mode, "", 0, Optional.empty());
  }

  public MemoryTree link(String path, String target) {
    return put(path, EntryType.SYMLINK, 0777, target, 0, Optional.empty());
  }

  private MemoryTree put(
      String path, EntryType type, int mode, String target, long size, Optional<Sha256> digest) {
    EntryPath key = EntryPath.of(path);
    Optional<EntryPath> link =
        target.isEmpty() ? Optional.empty() : Optional.of(EntryPath.of(target));
    entries.put(
        key,
        new Entry(
            key,
            type,
            mode,
            0,
            0,
            0,
            Entry.DeviceNumber.NONE,
            link,
            Map.of(),
            size,
            digest,
            "test"));
    return this;
  }

  @Override
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  @Override
  public Optional<Entry> find(EntryPath path) {
    return Optional.ofNullable(entries.get(path));
  }

  @Override
  public ByteSource content(Sha256 sha256) {
    return new MemoryBytes(contents.getOrDefault(sha256, new byte[0]));
  }

  @Override
  public Optional<Entry> resolve(EntryPath path) {
    List<String> rest = new ArrayList<>(List.of(path.toString().split("/")));
    String at = "";
    for (int step = 0; step < 400; step++) {
      if (rest.isEmpty()) {
        return find(EntryPath.of(at));
      }
      String name = rest.removeFirst();
      if (name.equals("..")) {
        at = at.contains("/") ? at.substring(0, at.lastIndexOf('/')) : "";
        continue;
      }
      String next = at.isEmpty() ? name : at + "/" + name;
      Optional<EntryPath> target = find(EntryPath.of(next)).flatMap(Entry::linkTarget);
      if (target.isEmpty()) {
        at = next;
        continue;
      }
      String text = target.get().toString();
      at = text.startsWith("/") ? "" : at;
      List<String> names = new ArrayList<>(List.of(text.split("/")));
      names.removeIf(String::isEmpty);
      rest.addAll(0, names);
    }
    return Optional.empty();
  }
}
