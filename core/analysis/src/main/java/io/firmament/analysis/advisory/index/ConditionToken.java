package io.firmament.analysis.advisory.index;

/// One element of a condition tree in prefix order: a criterion, or a node with its children next.
public record ConditionToken(int bits) {
  public boolean isCriterion() {
    return (bits & 3) == 0;
  }

  public int criterion() {
    return bits >>> 2;
  }

  /// Whether all children must be true, rather than any.
  public boolean isAll() {
    return (bits & 3) == IndexLayout.ALL;
  }

  public boolean isNegated() {
    return (bits & IndexLayout.NEGATED) != 0;
  }

  public int children() {
    return bits >>> 3;
  }
}
