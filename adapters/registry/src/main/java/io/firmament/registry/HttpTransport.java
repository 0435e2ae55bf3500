package io.firmament.registry;

import io.firmament.base.ProblemException;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.RegistryProblem;
import io.firmament.platform.registry.RegistryTransport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Registries over the JDK's HTTP client.
///
/// Every address of a host is checked before it is called. A name may have another address a moment
/// later, when the client looks it up; but all is said by TLS, and nothing within the own network
/// has a certificate for a name of the caller's choice, so that not one byte of a request gets
/// there. Without TLS only the own machine is spoken to, and only for development.
public final class HttpTransport implements RegistryTransport {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final String AGENT = "Firmament/0.1";

  private final HttpClient client;
  private final Reach reach;
  private final Resolver resolver;

  /// Looks up names.
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  HttpTransport(Reach reach, Resolver resolver, @Nullable SSLContext tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1);
    this.client = (tls == null ? builder : builder.sslContext(tls)).build();
    this.reach = reach;
    this.resolver = resolver;
  }

  /// One that goes as far as it may.
  public static HttpTransport within(Reach reach) {
    return new HttpTransport(reach, InetAddress::getAllByName, null);
  }

  @Override
  public Answer ask(Ask ask) {
    requireAllowed(ask.uri());
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request(ask),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), ask.maxBytes()));
    try {
      HttpResponse<byte[]> found = answer.get(ask.timeout().toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(found.statusCode(), lowerCase(found.headers().map()), found.body());
    } catch (TimeoutException e) {
      throw unreachable(ask.uri(), "no whole answer in " + ask.timeout().toSeconds() + " s");
    } catch (ExecutionException e) {
      throw trouble(ask, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(ask.uri(), "the request was given up");
    } finally {
      answer.cancel(true);
    }
  }

  private static HttpRequest request(Ask ask) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(ask.uri()).timeout(ask.timeout()).setHeader("user-agent", AGENT);
    ask.headers().forEach(request::setHeader);
    if (ask.authorization() != null) {
      request.setHeader("authorization", ask.authorization().reveal());
    }
    return switch (ask.method()) {
      case GET -> request.GET().build();
      case HEAD -> request.HEAD().build();
      case POST ->
          request
              .setHeader("content-type", "application/x-www-form-urlencoded")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      ask.form() == null ? "" : ask.form().reveal()))
              .build();
    };
  }

  /// Every address of the host must be one that may be called.
  private void requireAllowed(URI uri) {
    InetAddress[] addresses;
    try {
      addresses = resolver.addresses(uri.getHost());
    } catch (UnknownHostException e) {
      throw unreachable(uri, "there is no such host");
    }
    boolean tls = uri.getScheme().equalsIgnoreCase("https");
    for (InetAddress address : addresses) {
      Optional<String> objection = reach.objection(address);
      if (objection.isPresent()) {
        throw refused(uri, objection.get());
      }
      if (!tls && !reach.plain(address)) {
        throw refused(uri, "reached without TLS");
      }
    }
  }

  private static ProblemException trouble(Ask ask, @Nullable Throwable cause) {
    return switch (cause) {
      case HttpConnectTimeoutException _ -> unreachable(ask.uri(), "no connection in time");
      case HttpTimeoutException _ ->
          unreachable(ask.uri(), "no answer in " + ask.timeout().toSeconds() + " s");
      case ConnectException _ -> unreachable(ask.uri(), "it takes no connection");
      case SSLException _ ->
          unreachable(ask.uri(), "its certificate, or its TLS, is not one to trust");
      case IOException e when beyond(e) ->
          RegistryProblem.REGISTRY_ANSWER_UNUSABLE.with(
              "host",
              ask.uri().getHost(),
              "detail",
              "it is larger than " + ask.maxBytes() + " bytes");
      case IOException _ -> unreachable(ask.uri(), "the connection broke off");
      case null, default -> throw new IllegalStateException("the HTTP client failed", cause);
    };
  }

  /// Whether the JDK's limit on bodies was hit; it says so by its message alone.
  private static boolean beyond(IOException e) {
    return String.valueOf(e.getMessage()).contains("exceeds capacity");
  }

  private static ProblemException unreachable(URI uri, String detail) {
    return RegistryProblem.REGISTRY_UNREACHABLE.with("host", uri.getHost(), "detail", detail);
  }

  private static ProblemException refused(URI uri, String kind) {
    return RegistryProblem.REGISTRY_ADDRESS_REFUSED.with("host", uri.getHost(), "kind", kind);
  }

  private static Map<String, List<String>> lowerCase(Map<String, List<String>> headers) {
    Map<String, List<String>> lower = new HashMap<>();
    headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), values));
    return lower;
  }
}
