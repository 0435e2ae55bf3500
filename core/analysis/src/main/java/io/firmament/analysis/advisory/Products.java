package io.firmament.analysis.advisory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Which CPE products are the same thing, and which distribution packages hold which products.
///
/// There is no guess by the product name alone: a package without an entry has no CPE product.
final class Products {
  private static final String TABLE = "products.tsv";

  private final Map<String, List<String>> aliases;
  private final Map<String, List<String>> packages;

  private Products(Map<String, List<String>> aliases, Map<String, List<String>> packages) {
    this.aliases = aliases;
    this.packages = packages;
  }

  /// The table that comes with Firmament: one product a line, its CPE names and its package names.
  static Products standard() {
    Map<String, List<String>> aliases = new TreeMap<>();
    Map<String, List<String>> packages = new TreeMap<>();
    for (String line : lines()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] columns = line.split("\t", -1);
        List<String> keys = List.of(columns[0].split(" "));
        keys.forEach(key -> aliases.put(key, keys));
        String names = columns.length > 1 ? columns[1] : "";
        for (String name : names.isEmpty() ? new String[0] : names.split(" ")) {
          packages.put(name, keys);
        }
      }
    }
    return new Products(aliases, packages);
  }

  private static List<String> lines() {
    InputStream resource = Products.class.getResourceAsStream(TABLE);
    if (resource == null) {
      throw new IllegalStateException("the program's own " + TABLE + " is missing");
    }
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return in.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The keys and all other names of the same products.
  List<String> withAliases(List<String> keys) {
    Set<String> all = new LinkedHashSet<>();
    for (String key : keys) {
      all.add(key);
      all.addAll(aliases.getOrDefault(key, List.of()));
    }
    return new ArrayList<>(all);
  }

  /// The products in a distribution's package; none where it is not in the table.
  List<String> ofPackage(String name) {
    return packages.getOrDefault(name, List.of());
  }

  /// The first name of the product: what version schemes go by.
  String canonical(String key) {
    return aliases.getOrDefault(key, List.of(key)).getFirst();
  }
}
