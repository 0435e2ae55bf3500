package io.firmament.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.firmament.platform.registry.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A registry of ours that speaks as much of the distribution API as reads, logs in by token or by
/// Basic, and can be told to misbehave at any path.
public final class FakeRegistry implements AutoCloseable {
  public static final String USER = "reader";
  public static final String PASSWORD = "s3cret-of-reader";

  private static final Pattern PATH =
      Pattern.compile("/v2/(?<name>.+)/(?<kind>manifests|blobs|referrers|tags)/(?<rest>[^/]+)");

  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final boolean tls;
  private final Map<String, Stored> manifests = new ConcurrentHashMap<>();
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, List<String>> tags = new ConcurrentHashMap<>();
  private final Map<String, String> referrers = new ConcurrentHashMap<>();
  private final Map<String, HttpHandler> special = new ConcurrentHashMap<>();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private volatile Auth auth = Auth.NONE;
  private volatile boolean catalogue = true;
  private volatile boolean referrersApi = true;
  private volatile int pageSize = 1_000;
  private volatile int tokenSeconds = 300;

  /// How it wants to be logged in to.
  public enum Auth {
    NONE,
    BASIC,
    /// By a token that everybody gets for public repositories, and its user for all.
    TOKEN
  }

  /// A request that came.
  ///
  /// @param path with its query, decoded
  /// @param authorization empty for none
  public record Seen(String method, String path, String authorization) {}

  private record Stored(byte[] content, String mediaType) {}

  private FakeRegistry(HttpServer http, boolean tls) {
    this.http = http;
    this.tls = tls;
    http.setExecutor(threads);
    http.createContext("/", this::answer);
    http.start();
  }

  public static FakeRegistry start() {
    try {
      return new FakeRegistry(HttpServer.create(anyPort(), 0), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static FakeRegistry startTls(SSLContext tls) {
    try {
      HttpsServer http = HttpsServer.create(anyPort(), 0);
      http.setHttpsConfigurator(new HttpsConfigurator(tls));
      return new FakeRegistry(http, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /// `127.0.0.1:port`.
  public String host() {
    return "127.0.0.1:" + http.getAddress().getPort();
  }

  public String url() {
    return (tls ? "https://" : "http://") + host();
  }

  public FakeRegistry with(Auth wanted) {
    auth = wanted;
    return this;
  }

  FakeRegistry withoutCatalogue() {
    catalogue = false;
    return this;
  }

  FakeRegistry withoutReferrersApi() {
    referrersApi = false;
    return this;
  }

  FakeRegistry withPages(int size) {
    pageSize = size;
    return this;
  }

  FakeRegistry withTokensFor(int seconds) {
    tokenSeconds = seconds;
    return this;
  }

  /// Answers a path in another way, before anything else is looked at.
  public FakeRegistry at(String path, HttpHandler handler) {
    special.put(path, handler);
    return this;
  }

  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  void forgetSeen() {
    seen.clear();
  }

  /// Forgets the tokens that it gave.
  void revoke() {
    tokens.clear();
  }

  // ---- contents

  public Digest blob(byte[] content) {
    Digest digest = Digest.of(content);
    blobs.put(digest.toString(), content);
    return digest;
  }

  public Digest manifest(String repository, String tag, String mediaType, String json) {
    byte[] content = json.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.of(content);
    Stored stored = new Stored(content, mediaType);
    manifests.put(repository + "@" + digest, stored);
    if (!tag.isEmpty()) {
      manifests.put(repository + "@" + tag, stored);
      tags.computeIfAbsent(repository, _ -> new CopyOnWriteArrayList<>()).add(tag);
    }
    return digest;
  }

  void tag(String repository, List<String> names) {
    tags.computeIfAbsent(repository, _ -> new CopyOnWriteArrayList<>()).addAll(names);
  }

  /// An image for one platform, with two layers of 100 and 200 bytes; no tag where that is empty.
  public Digest image(String repository, String tag, String os, String architecture) {
    Digest config =
        blob(
            "{\"os\":\"%s\",\"architecture\":\"%s\"}"
                .formatted(os, architecture)
                .getBytes(StandardCharsets.UTF_8));
    String digest = "sha256:" + "ab".repeat(32);
    return manifest(
        repository,
        tag,
        "application/vnd.oci.image.manifest.v1+json",
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
         "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%1$s","size":10},
         "layers":[
          {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"%2$s","size":100},
          {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"%2$s","size":200}]}
        """
            .formatted(config, digest));
  }

  /// Something that refers to a manifest, with one layer: an SBOM, a signature.
  public Digest referrer(
      String repository, Digest subject, String artifactType, String layerType, byte[] content) {
    Digest layer = blob(content);
    String json =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
         "artifactType":"%s",
         "config":{"mediaType":"application/vnd.oci.empty.v1+json",
          "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},
         "layers":[{"mediaType":"%s","digest":"%s","size":%d}],
         "subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":7}}
        """
            .formatted(artifactType, layerType, layer, content.length, subject);
    Digest digest = manifest(repository, "", "application/vnd.oci.image.manifest.v1+json", json);
    referrers.merge(
        repository + "@" + subject,
        """
        {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,
         "artifactType":"%s"}\
        """
            .formatted(digest, json.length(), artifactType),
        (one, other) -> one + "," + other);
    return digest;
  }

  /// An index of what refers to a manifest.
  String referrersOf(String repository, Digest subject) {
    return """
    {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}
    """
        .formatted(referrers.getOrDefault(repository + "@" + subject, ""));
  }

  // ---- answers

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String authorization =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    seen.add(
        new Seen(
            exchange.getRequestMethod(),
            URLDecoder.decode(exchange.getRequestURI().toString(), StandardCharsets.UTF_8),
            authorization));
    try (exchange) {
      HttpHandler handler = special.get(path);
      if (handler != null) {
        handler.handle(exchange);
      } else if (path.equals("/token")) {
        token(exchange, authorization);
      } else if (allowed(exchange, path, authorization)) {
        content(exchange, path);
      }
    }
  }

  private static String basic() {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
  }

  private boolean allowed(HttpExchange exchange, String path, String authorization)
      throws IOException {
    switch (auth) {
      case NONE -> {
        return true;
      }
      case BASIC -> {
        if (authorization.equals(basic())) {
          return true;
        }
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"fake\"");
      }
      case TOKEN -> {
        String scope =
            path.equals("/v2/")
                ? ""
                : path.startsWith("/v2/_catalog")
                    ? "registry:catalog:*"
                    : "repository:" + path.replaceAll("^/v2/(.+)/[a-z]+/[^/]+$", "$1") + ":pull";
        String held = tokens.get(authorization);
        if (held != null && (scope.isEmpty() || held.equals(scope))) {
          return true;
        }
        exchange
            .getResponseHeaders()
            .add(
                "WWW-Authenticate",
                "Bearer realm=\"%s/token\",service=\"fake, of ours\"%s"
                    .formatted(url(), scope.isEmpty() ? "" : ",scope=\"" + scope + "\""));
      }
    }
    text(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}");
    return false;
  }

  private void token(HttpExchange exchange, String authorization) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    Matcher scope = Pattern.compile("(?:^|&)scope=([^&]*)").matcher(query);
    String wanted = scope.find() ? scope.group(1) : "";
    boolean known = authorization.equals(basic());
    if (!known && !authorization.isEmpty()) {
      text(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}");
      return;
    }
    boolean grants = known || wanted.startsWith("repository:public/") || wanted.isEmpty();
    String token = "token-" + tokens.size() + "-" + System.nanoTime();
    tokens.put("Bearer " + token, grants ? wanted : "nothing");
    text(exchange, 200, "{\"token\":\"%s\",\"expires_in\":%d}".formatted(token, tokenSeconds));
  }

  private void content(HttpExchange exchange, String path) throws IOException {
    if (path.equals("/v2/")) {
      text(exchange, 200, "{}");
      return;
    }
    if (path.equals("/v2/_catalog")) {
      if (catalogue) {
        list(exchange, path, "repositories", List.copyOf(new TreeMap<>(tags).keySet()));
      } else {
        text(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}");
      }
      return;
    }
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      text(exchange, 404, "");
      return;
    }
    String name = parts.group("name");
    String rest = parts.group("rest");
    switch (parts.group("kind")) {
      case "tags" -> {
        List<String> found = tags.get(name);
        if (found == null) {
          text(exchange, 404, "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}");
        } else {
          list(exchange, path, "tags", found.stream().sorted().toList());
        }
      }
      case "manifests" -> manifest(exchange, manifests.get(name + "@" + rest));
      case "blobs" -> {
        byte[] blob = blobs.get(rest);
        send(exchange, blob == null ? 404 : 200, blob == null ? new byte[0] : blob);
      }
      default -> {
        if (referrersApi) {
          exchange
              .getResponseHeaders()
              .add("Content-Type", "application/vnd.oci.image.index.v1+json");
          text(exchange, 200, referrersOf(name, Digest.find(rest).orElseThrow()));
        } else {
          text(exchange, 404, "404 page not found");
        }
      }
    }
  }

  private static void manifest(HttpExchange exchange, @Nullable Stored stored) throws IOException {
    if (stored == null) {
      text(exchange, 404, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}");
      return;
    }
    exchange.getResponseHeaders().add("Content-Type", stored.mediaType());
    exchange
        .getResponseHeaders()
        .add("Docker-Content-Digest", Digest.of(stored.content()).toString());
    send(exchange, 200, stored.content());
  }

  private void list(HttpExchange exchange, String path, String field, List<String> all)
      throws IOException {
    Map<String, String> query = query(exchange);
    String last = query.getOrDefault("last", "");
    List<String> from = all.stream().filter(name -> name.compareTo(last) > 0).toList();
    List<String> page = new ArrayList<>(from.subList(0, Math.min(pageSize, from.size())));
    if (page.size() < from.size()) {
      exchange
          .getResponseHeaders()
          .add("Link", "<%s?last=%s&n=%d>; rel=\"next\"".formatted(path, page.getLast(), pageSize));
    }
    text(
        exchange,
        200,
        "{\"%s\":[%s]}"
            .formatted(
                field,
                page.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(","))));
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new LinkedHashMap<>();
    String text = exchange.getRequestURI().getQuery();
    for (String each : (text == null ? "" : text).split("&")) {
      String[] pair = each.split("=", 2);
      query.put(pair[0], pair.length == 2 ? pair[1] : "");
    }
    return query;
  }

  public static void text(HttpExchange exchange, int status, String text) throws IOException {
    send(exchange, status, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
    }
    exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
