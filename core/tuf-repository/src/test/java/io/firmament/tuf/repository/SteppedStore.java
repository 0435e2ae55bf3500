package io.firmament.tuf.repository;

import java.util.Optional;
import java.util.function.IntConsumer;

/// Calls before and after each step of a store, with the number of the step.
final class SteppedStore implements MetadataStore {
  private final MetadataStore store;
  private final IntConsumer before;
  private final IntConsumer after;
  private final boolean writesOnly;
  private int steps;

  SteppedStore(MetadataStore store, boolean writesOnly, IntConsumer before, IntConsumer after) {
    this.store = store;
    this.writesOnly = writesOnly;
    this.before = before;
    this.after = after;
  }

  /// Stops with an error instead of a certain write, or after it.
  static SteppedStore stopping(MetadataStore store, int write, boolean afterIt) {
    IntConsumer stop =
        step -> {
          if (step == write) {
            throw new Stopped();
          }
        };
    IntConsumer goOn = step -> {};
    return new SteppedStore(store, true, afterIt ? goOn : stop, afterIt ? stop : goOn);
  }

  @Override
  public Optional<Stored> read(String name) {
    if (writesOnly) {
      return store.read(name);
    }
    int step = steps++;
    before.accept(step);
    Optional<Stored> result = store.read(name);
    after.accept(step);
    return result;
  }

  @Override
  public boolean create(String name, byte[] file) {
    int step = steps++;
    before.accept(step);
    boolean result = store.create(name, file);
    after.accept(step);
    return result;
  }

  @Override
  public Optional<String> replace(String name, Optional<String> tag, byte[] file) {
    int step = steps++;
    before.accept(step);
    Optional<String> result = store.replace(name, tag, file);
    after.accept(step);
    return result;
  }

  /// The process is gone.
  static final class Stopped extends Error {
    Stopped() {
      super("stopped");
    }
  }
}
