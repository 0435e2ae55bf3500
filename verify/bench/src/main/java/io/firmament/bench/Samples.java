package io.firmament.bench;

import java.util.ArrayList;
import java.util.List;

/// Measured values of one thing.
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  /// Median and range, to one decimal.
  @Override
  public String toString() {
    return "%.1f (%.1f to %.1f)"
        .formatted(
            median(),
            values.stream().mapToDouble(Double::doubleValue).min().orElse(0),
            values.stream().mapToDouble(Double::doubleValue).max().orElse(0));
  }
}
