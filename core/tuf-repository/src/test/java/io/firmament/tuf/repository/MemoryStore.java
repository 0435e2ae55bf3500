package io.firmament.tuf.repository;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A store in memory that remembers every timestamp it ever served.
final class MemoryStore implements MetadataStore {
  private final Map<String, Stored> files = new LinkedHashMap<>();
  private final List<byte[]> timestamps = new ArrayList<>();
  private int writes;

  @Override
  public synchronized Optional<Stored> read(String name) {
    return Optional.ofNullable(files.get(name));
  }

  @Override
  public synchronized boolean create(String name, byte[] file) {
    if (files.containsKey(name)) {
      return false;
    }
    files.put(name, new Stored(file, "v" + ++writes));
    return true;
  }

  @Override
  public synchronized Optional<String> replace(String name, Optional<String> tag, byte[] file) {
    if (!read(name).map(Stored::tag).equals(tag)) {
      return Optional.empty();
    }
    String written = "v" + ++writes;
    files.put(name, new Stored(file, written));
    if (name.equals("timestamp.json")) {
      timestamps.add(file);
    }
    return Optional.of(written);
  }

  synchronized List<byte[]> timestamps() {
    return List.copyOf(timestamps);
  }

  synchronized List<String> names() {
    return List.copyOf(files.keySet());
  }

  /// Puts a file there as no transaction would.
  synchronized void put(String name, byte[] file) {
    files.put(name, new Stored(file, "v" + ++writes));
  }

  synchronized void remove(String name) {
    files.remove(name);
  }
}
