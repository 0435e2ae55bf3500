package io.firmament.schema;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// One operation of the REST contract.
///
/// @param operationId name of the operation and, with an upper-case first letter, of its class
/// @param method upper case
/// @param pathTemplate as API Gateway writes it: `/api/x/{id}`, greedy `{path+}` only at the end
/// @param permission checked before the operation runs; empty where the operation decides itself
/// @param grants what its function may touch, without repeats, in the order of [Grant]
/// @param family which function family carries it: `rest` or `graphql`
public record Route(
    String operationId,
    String method,
    String pathTemplate,
    Auth auth,
    Optional<String> permission,
    List<Grant> grants,
    int memoryMb,
    int timeoutSeconds,
    Placement placement,
    String family,
    List<String> tags) {
  /// Which credentials an operation takes.
  public enum Auth {
    /// Anybody; no credential is looked at.
    NONE,
    /// A tenant token or an API token, as `Authorization: Bearer`.
    TENANT,
    /// The session cookie only.
    SESSION,
    /// The session cookie, or a bearer credential.
    SESSION_OR_KEY;

    public static Auth of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  /// What runs an operation.
  public enum Placement {
    /// A function behind API Gateway.
    LAMBDA,
    /// The streaming service alone.
    TRANSFER,
    /// The streaming service; where it is switched off, a function that refuses large answers.
    TRANSFER_OR_LAMBDA;

    public boolean hasFunction() {
      return this != TRANSFER;
    }
  }

  public Route {
    grants = List.copyOf(grants);
    tags = List.copyOf(tags);
  }

  /// The line of `routes.tsv`.
  public String line() {
    return String.join(
        "\t",
        operationId,
        method,
        pathTemplate,
        auth.name(),
        permission.orElse("-"),
        grants.stream().map(Grant::id).collect(Collectors.joining(",")),
        Integer.toString(memoryMb),
        Integer.toString(timeoutSeconds),
        placement.name(),
        family,
        String.join(",", tags));
  }

  static Route parse(String line) {
    String[] field = line.split("\t", -1);
    return new Route(
        field[0],
        field[1],
        field[2],
        Auth.valueOf(field[3]),
        field[4].equals("-") ? Optional.empty() : Optional.of(field[4]),
        list(field[5]).stream().map(id -> Grant.find(id).orElseThrow()).toList(),
        Integer.parseInt(field[6]),
        Integer.parseInt(field[7]),
        Placement.valueOf(field[8]),
        field[9],
        list(field[10]));
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",", -1)).filter(item -> !item.isEmpty()).toList();
  }
}
