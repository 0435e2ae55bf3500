package io.firmament.schema;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/// A DynamoDB table of the platform: the one definition that local stores are created from and the
/// CDK app deploys. Every key attribute is a string.
///
/// @param name of the context, `identity`; the deployed table's name is found by
///     [Setting#table(String)]
/// @param streamView what the table's stream carries; empty for a table without one
public record TableDefinition(
    String name,
    String partitionKey,
    String sortKey,
    List<Index> indexes,
    String ttlAttribute,
    Optional<String> streamView) {
  private static final String RESOURCE = "/firmament/tables.tsv";

  /// A global secondary index that projects all attributes.
  public record Index(String name, String partitionKey, String sortKey) {
    static Index named(String name) {
      return new Index(name, name + "pk", name + "sk");
    }
  }

  public TableDefinition {
    indexes = List.copyOf(indexes);
  }

  /// The tables of all contexts, in the file's order.
  public static List<TableDefinition> all() {
    try (InputStream in = TableDefinition.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the contract");
      }
      return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The table of one context.
  public static TableDefinition named(String name) {
    return all().stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no table " + name));
  }

  static List<TableDefinition> parse(BufferedReader lines) throws IOException {
    List<TableDefinition> tables = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        tables.add(parse(line));
      }
    }
    return List.copyOf(tables);
  }

  private static TableDefinition parse(String line) {
    String[] field = line.split("\t", -1);
    if (field.length != 6) {
      throw new IllegalStateException("not six fields in " + RESOURCE + ": " + line);
    }
    return new TableDefinition(
        field[0],
        field[1],
        field[2],
        List.of(field[3].split(",", -1)).stream().map(Index::named).toList(),
        field[4],
        field[5].equals("-") ? Optional.empty() : Optional.of(field[5]));
  }
}
