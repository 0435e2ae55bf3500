package io.firmament.analysis.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Data of a rule: a resource of tab-separated lines; lines that start with `#` are comments.
public final class Table {
  private Table() {}

  /// The rows of `name`, a resource beside this class, each with exactly so many columns.
  public static List<List<String>> read(String name, int columns) {
    return lines(name).stream().map(line -> row(name, line, columns)).toList();
  }

  /// The lines of `name` that are neither empty nor comments.
  public static List<String> lines(String name) {
    try (InputStream in = Table.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> row(String name, String line, int columns) {
    List<String> cells = List.of(line.split("\t", -1));
    if (cells.size() != columns) {
      throw new IllegalStateException(name + ": not " + columns + " columns: " + line);
    }
    return cells;
  }
}
