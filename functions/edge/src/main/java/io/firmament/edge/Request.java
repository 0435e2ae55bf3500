package io.firmament.edge;

import io.firmament.base.BaseProblem;
import io.firmament.platform.identity.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A decoded request: what an operation may know of it.
///
/// @param method upper case
/// @param path as received, without the query, not decoded
/// @param pathParameters by name, decoded; a greedy parameter keeps its slashes
/// @param query by name, decoded, in order
/// @param headers by lower-case name; repeated headers joined with a comma
/// @param body at most the contract's body limit; empty where there is none
/// @param caller empty only for operations with `x-auth: none`
/// @param baseUrl scheme, host and port under which the caller reached us, without a trailing slash
/// @param requestId for answers and logs
public record Request(
    String method,
    String path,
    Map<String, String> pathParameters,
    Map<String, List<String>> query,
    Map<String, String> headers,
    byte[] body,
    Optional<Caller> caller,
    String baseUrl,
    String requestId) {

  /// The authenticated caller; only for operations that need one.
  public Caller authenticated() {
    return caller.orElseThrow(
        () -> BaseProblem.UNAUTHENTICATED.with("detail", "this operation needs a credential"));
  }

  public Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  public Optional<String> queryParameter(String name) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
  }

  /// A path parameter that the route declares.
  public String pathParameter(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no parameter " + name);
    }
    return value;
  }
}
