package io.firmament.analysis.advisory.feeds;

import java.util.List;

/// The boolean tree that says on which systems a vulnerability applies.
public sealed interface Condition permits Condition.All, Condition.Any, Criterion {
  /// True where every one is; `negated` turns the result around.
  record All(List<Condition> children, boolean negated) implements Condition {
    public All {
      children = List.copyOf(children);
    }
  }

  /// True where at least one is; `negated` turns the result around.
  record Any(List<Condition> children, boolean negated) implements Condition {
    public Any {
      children = List.copyOf(children);
    }
  }
}
