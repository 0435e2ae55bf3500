package io.firmament.analysis.advisory.index;

import java.io.IOException;

/// The rows of the CRIT section while they are gathered.
final class CriterionColumns {
  private static final int WIDTH = IndexLayout.CRITERION_ROW / Integer.BYTES;
  private static final int KEY = 2;

  private final IntColumn cells = new IntColumn();

  /// Adds a row of [#WIDTH] cells and answers its number.
  int add(int... row) {
    int number = size();
    for (int cell : row) {
      cells.add(cell);
    }
    return number;
  }

  int size() {
    return cells.size() / WIDTH;
  }

  int key(int row) {
    return cells.get(row * WIDTH + KEY);
  }

  void key(int row, int key) {
    cells.set(row * WIDTH + KEY, key);
  }

  void write(int row, SectionedFile file) throws IOException {
    for (int i = 0; i < WIDTH; i++) {
      file.integer(cells.get(row * WIDTH + i));
    }
  }
}
