package io.firmament.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The compiled contract, read from the class path without a YAML parser.
public final class Contract {
  private static final List<Route> ROUTES = lines("routes.tsv").map(Route::parse).toList();

  private Contract() {}

  /// Every route, in the order of `openapi.yaml`.
  public static List<Route> routes() {
    return ROUTES;
  }

  public static Optional<Route> find(String operationId) {
    return ROUTES.stream().filter(route -> route.operationId().equals(operationId)).findFirst();
  }

  /// The route of an operation that the contract has.
  public static Route route(String operationId) {
    return find(operationId)
        .orElseThrow(() -> new NoSuchElementException("no operation " + operationId));
  }

  /// A permission of the catalogue.
  ///
  /// @param scope `tenant` or `product-group`
  /// @param roles ids of the roles that hold it
  public record PermissionEntry(String id, String scope, String description, List<String> roles) {
    public PermissionEntry {
      roles = List.copyOf(roles);
    }
  }

  public static List<PermissionEntry> permissions() {
    return lines("permissions.tsv")
        .map(line -> line.split("\t", -1))
        .map(f -> new PermissionEntry(f[0], f[1], f[2], List.of(f[3].split(",", -1))))
        .toList();
  }

  /// A refusal of the catalogue.
  ///
  /// @param category a name of `Problem.Category`
  /// @param source simple name of the enum that has it
  /// @param advice what the caller can do
  public record ProblemEntry(String code, String category, String source, String advice) {}

  public static List<ProblemEntry> problems() {
    return lines("problems.tsv")
        .map(line -> line.split("\t", -1))
        .map(f -> new ProblemEntry(f[0], f[1], f[2], f[3]))
        .toList();
  }

  /// The whole contract as one OpenAPI 3.1 document.
  public static String openapi() {
    return resource("openapi.json");
  }

  private static java.util.stream.Stream<String> lines(String name) {
    return resource(name).lines().filter(line -> !line.isEmpty());
  }

  private static String resource(String name) {
    try (InputStream in = Contract.class.getResourceAsStream("/firmament/" + name)) {
      if (in == null) {
        throw new IllegalStateException("/firmament/" + name + " is missing: build schema first");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
