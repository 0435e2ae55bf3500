package io.firmament.platform.registry;

import io.firmament.base.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// HTTP as far as registries need it. It follows no redirect and keeps no state; what it may reach
/// is its own business.
public interface RegistryTransport {
  /// Asks once.
  ///
  /// @throws io.firmament.base.ProblemException [RegistryProblem#REGISTRY_UNREACHABLE] without an
  ///     answer in time, [RegistryProblem#REGISTRY_ADDRESS_REFUSED] for where it does not go,
  ///     [RegistryProblem#REGISTRY_ANSWER_UNUSABLE] for an answer beyond the limit
  Answer ask(Ask ask);

  /// What is done.
  enum Method {
    GET,
    HEAD,
    POST
  }

  /// A request.
  ///
  /// @param authorization of the header of that name; null for none
  /// @param form what a `POST` sends as a form; null for the other methods
  /// @param maxBytes how large the body of the answer may be
  /// @param timeout for the whole answer
  record Ask(
      Method method,
      URI uri,
      Map<String, String> headers,
      @Nullable Secret authorization,
      @Nullable Secret form,
      int maxBytes,
      Duration timeout) {
    public Ask {
      headers = Map.copyOf(headers);
    }
  }

  /// An answer.
  ///
  /// @param headers by lower-case name
  record Answer(int status, Map<String, List<String>> headers, byte[] body) {
    public Answer {
      headers = Map.copyOf(headers);
    }

    public Optional<String> header(String lowerCaseName) {
      return headers.getOrDefault(lowerCaseName, List.of()).stream().findFirst();
    }

    public List<String> all(String lowerCaseName) {
      return headers.getOrDefault(lowerCaseName, List.of());
    }
  }
}
