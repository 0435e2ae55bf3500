package io.firmament.aws;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A thing that is made once, when it is first asked for.
final class Lazy<T> implements Supplier<T> {
  private final Supplier<T> make;
  private @Nullable T made;

  Lazy(Supplier<T> make) {
    this.make = make;
  }

  @Override
  public synchronized T get() {
    T known = made;
    if (known == null) {
      known = make.get();
      made = known;
    }
    return known;
  }

  synchronized void ifMade(Consumer<T> action) {
    T known = made;
    if (known != null) {
      action.accept(known);
    }
  }
}
