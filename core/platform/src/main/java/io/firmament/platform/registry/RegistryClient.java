package io.firmament.platform.registry;

import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.base.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Speaks the distribution API with one registry for the length of one operation.
///
/// It logs in when it is asked to: by a token of the server that the registry names (distribution's
/// "Token Authentication Specification"), or by Basic. What it may read is asked for repository by
/// repository, and never more than pulling.
final class RegistryClient {
  /// How long one operation may take in all; callers wait for it.
  static final Duration BUDGET = Duration.ofSeconds(24);

  /// How many names of a list are read at most.
  static final int MOST_NAMES = 10_000;

  static final int MANIFEST_BYTES = 4 * 1024 * 1024;
  static final String CATALOGUE = "registry:catalog:*";

  private static final Duration ONE_ANSWER = Duration.ofSeconds(10);
  private static final Duration LAST_PAGE = Duration.ofSeconds(8);
  private static final Duration BASIC_KEPT = Duration.ofMinutes(5);
  private static final Duration LONGEST_TOKEN = Duration.ofHours(1);
  private static final Duration BEFORE_THE_END = Duration.ofSeconds(15);
  private static final int LIST_BYTES = 8 * 1024 * 1024;
  private static final int TOKEN_BYTES = 256 * 1024;
  private static final int MOST_PAGES = 100;
  private static final int MOST_REDIRECTS = 5;
  private static final int MOST_REFERRERS = 500;
  private static final int DEFAULT_TOKEN_SECONDS = 60;
  private static final int DEFAULT_PAUSE_SECONDS = 60;
  private static final int LONGEST_PAUSE_SECONDS = 6 * 3600;
  private static final Set<Problem> CLOSED =
      Set.of(
          RegistryProblem.REGISTRY_ACCESS_DENIED,
          RegistryProblem.REGISTRY_LOGIN_NEEDED,
          RegistryProblem.REGISTRY_LOGIN_REFUSED);
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,20000}");
  private static final Pattern ERROR_CODE = Pattern.compile("[A-Z_]{1,40}");
  private static final Pattern NEXT =
      Pattern.compile("<(?<uri>[^<>]{1,4000})>\\s*(?:;[^,<>]*)?;\\s*rel=\"?next\"?(?=[\\s;,]|$)");

  private final Registry registry;
  private final @Nullable Login login;
  private final Wire wire;
  private final URI base;
  private final Instant end;

  /// What all clients of a process share.
  ///
  /// @param plain hosts that are spoken to without TLS
  record Wire(
      RegistryTransport transport,
      Predicate<RegistryHost> plain,
      Recent<TokenKey, Secret> tokens,
      Clock clock) {}

  /// What a token is for. It is of one connection as it is now: nobody else uses it, and new
  /// credentials leave it behind.
  record TokenKey(RegistryId registry, long version, String scope) {}

  /// Names of a list.
  ///
  /// @param clipped whether the registry has more than were read
  record Listing(List<String> names, boolean clipped) {
    Listing {
      names = List.copyOf(names);
    }
  }

  /// A manifest that is what its digest says.
  record Fetched(Digest digest, String mediaType, Document json, int size) {
    boolean isIndex() {
      return MediaTypes.INDEXES.contains(mediaType);
    }

    /// Those of a list, as far as they can be read.
    List<Descriptor> descriptors(String list) {
      return json.objects(list).stream().map(Descriptor::read).flatMap(Optional::stream).toList();
    }

    /// Of configuration and layers, in bytes.
    long pulled() {
      long size = json.object("config").flatMap(Descriptor::read).map(Descriptor::size).orElse(0L);
      for (Descriptor layer : descriptors("layers")) {
        size += layer.size();
      }
      return size;
    }
  }

  /// An answer, and whether it is the registry's own.
  private record Got(RegistryTransport.Answer answer, boolean own) {}

  RegistryClient(Registry registry, @Nullable Login login, Wire wire) {
    this.registry = registry;
    this.login = login;
    this.wire = wire;
    String scheme = wire.plain().test(registry.host()) ? "http" : "https";
    this.base = URI.create(scheme + "://" + registry.host() + "/v2/");
    this.end = wire.clock().instant().plus(BUDGET);
  }

  // ---- reading

  /// Asks whether it is there and takes the login ("Determining Support").
  void ping() {
    RegistryTransport.Answer answer = get(base, "application/json", "", LIST_BYTES);
    switch (answer.status()) {
      case 200 -> {}
      case 401, 403 -> throw loginRefused("it answers " + answer.status() + " to them");
      case 404 ->
          throw unusable("it has no distribution API (404 for /v2/); is it a container registry?");
      default -> throw refusal(answer, "anything");
    }
  }

  /// The tags of a repository in the registry's order.
  Listing tags(RepositoryName repository) {
    URI first = base.resolve(repository + "/tags/list?n=1000");
    return names(
            first, "tags", pull(repository), repository.value(), name -> Tag.find(name).isPresent())
        .orElseThrow(
            () ->
                RegistryProblem.REPOSITORY_NOT_FOUND.with(
                    "host", registry.host(), "repository", repository));
  }

  /// The repositories; empty where the registry has no catalogue for this login.
  Optional<Listing> repositories() {
    try {
      return names(
          base.resolve("_catalog?n=1000"),
          "repositories",
          CATALOGUE,
          "its catalogue",
          name -> RepositoryName.find(name).isPresent());
    } catch (ProblemException e) {
      if (!CLOSED.contains(e.problem())) {
        throw e;
      }
      // Either the login is no good, which this says, or only the catalogue is closed.
      ping();
      return Optional.empty();
    }
  }

  /// A manifest or an index by tag or digest, checked against the digest it has ("Pulling
  /// manifests").
  Fetched manifest(RepositoryName repository, String reference) {
    return find(repository, reference)
        .orElseThrow(
            () ->
                RegistryProblem.IMAGE_NOT_FOUND.with(
                    "host", registry.host(), "image", named(repository, reference)));
  }

  Optional<Fetched> find(RepositoryName repository, String reference) {
    RegistryTransport.Answer answer =
        get(
            base.resolve(repository + "/manifests/" + reference),
            MediaTypes.ACCEPTED,
            pull(repository),
            MANIFEST_BYTES);
    if (answer.status() == 404) {
      return Optional.empty();
    }
    if (answer.status() != 200) {
      throw refusal(answer, repository.value());
    }
    Digest digest = checked(answer, reference, named(repository, reference));
    Document json =
        Document.parse(answer.body()).orElseThrow(() -> unusable("a manifest is no JSON object"));
    return Optional.of(
        new Fetched(
            digest,
            mediaType(answer, json, named(repository, reference)),
            json,
            answer.body().length));
  }

  /// The digest and size of what a tag names, as the registry claims; nothing was read.
  Optional<Descriptor> glance(RepositoryName repository, Tag tag) {
    URI uri = base.resolve(repository + "/manifests/" + tag);
    RegistryTransport.Answer answer =
        send(RegistryTransport.Method.HEAD, uri, MediaTypes.ACCEPTED, pull(repository), 0);
    Optional<Digest> digest = answer.header("docker-content-digest").flatMap(Digest::find);
    if (answer.status() != 200 || digest.isEmpty()) {
      return Optional.empty();
    }
    long size = answer.header("content-length").map(RegistryClient::number).orElse(0L);
    String type = answer.header("content-type").orElse("");
    return Optional.of(
        new Descriptor(plainType(type), digest.get(), size, "", Map.of(), Optional.empty()));
  }

  /// A content by its digest, checked ("Pulling blobs").
  byte[] blob(RepositoryName repository, Digest digest, int maxBytes) {
    RegistryTransport.Answer answer =
        get(base.resolve(repository + "/blobs/" + digest), "*/*", pull(repository), maxBytes);
    if (answer.status() == 404) {
      throw RegistryProblem.IMAGE_NOT_FOUND.with(
          "host", registry.host(), "image", named(repository, digest.toString()));
    }
    if (answer.status() != 200) {
      throw refusal(answer, repository.value());
    }
    requireSame(digest, digest.ofSameKind(answer.body()), named(repository, digest.toString()));
    return answer.body();
  }

  /// What refers to a manifest ("Listing Referrers", and the tag schema where a registry does not
  /// know these).
  List<Referrer> referrers(RepositoryName repository, Digest digest) {
    List<Referrer> found = new ArrayList<>();
    URI at = base.resolve(repository + "/referrers/" + digest);
    for (int page = 0; page < MOST_PAGES && found.size() < MOST_REFERRERS; page++) {
      RegistryTransport.Answer answer =
          get(at, MediaTypes.OCI_INDEX, pull(repository), MANIFEST_BYTES);
      Optional<Document> index =
          answer.status() == 200 ? Document.parse(answer.body()) : Optional.empty();
      if (index.isEmpty() || !index.get().has("manifests")) {
        // Nothing that knows this API answers so.
        return page == 0 ? tagged(repository, digest) : found;
      }
      add(found, index.get(), Referrer.Source.API);
      Optional<URI> next = next(at, answer);
      if (next.isEmpty()) {
        break;
      }
      at = next.get();
    }
    return found;
  }

  private List<Referrer> tagged(RepositoryName repository, Digest digest) {
    List<Referrer> found = new ArrayList<>();
    find(repository, digest.referrersTag().value())
        .filter(Fetched::isIndex)
        .ifPresent(index -> add(found, index.json(), Referrer.Source.TAG));
    return found;
  }

  private static void add(List<Referrer> found, Document index, Referrer.Source source) {
    for (Document each : index.objects("manifests")) {
      Descriptor.read(each)
          .filter(_ -> found.size() < MOST_REFERRERS)
          .map(d -> new Referrer(d.digest(), d.mediaType(), d.artifactType(), d.size(), source))
          .ifPresent(found::add);
    }
  }

  /// Reads a list page by page; empty where the registry has no such thing.
  private Optional<Listing> names(
      URI first, String field, String scope, String what, Predicate<String> valid) {
    List<String> names = new ArrayList<>();
    Set<URI> seen = new HashSet<>(Set.of(first));
    URI at = first;
    while (true) {
      RegistryTransport.Answer answer;
      try {
        answer = get(at, "application/json", scope, LIST_BYTES);
      } catch (ProblemException e) {
        if (names.isEmpty()) {
          throw e;
        }
        return Optional.of(new Listing(names, true));
      }
      if (answer.status() == 404 || answer.status() == 405 || answer.status() == 501) {
        return names.isEmpty() ? Optional.empty() : Optional.of(new Listing(names, true));
      }
      if (answer.status() != 200) {
        throw refusal(answer, what);
      }
      Document json =
          Document.parse(answer.body()).orElseThrow(() -> unusable("a list is no JSON object"));
      json.texts(field).stream().filter(valid).forEach(names::add);
      boolean more = answer.header("link").isPresent();
      Optional<URI> next = next(at, answer);
      if (next.isEmpty()) {
        return Optional.of(new Listing(cut(names), more || names.size() > MOST_NAMES));
      }
      boolean enough =
          names.size() >= MOST_NAMES
              || seen.size() >= MOST_PAGES
              || left().compareTo(LAST_PAGE) < 0;
      if (enough || !seen.add(next.get())) {
        return Optional.of(new Listing(cut(names), true));
      }
      at = next.get();
    }
  }

  private static List<String> cut(List<String> names) {
    return names.size() > MOST_NAMES ? names.subList(0, MOST_NAMES) : names;
  }

  /// Where a list goes on (RFC 8288), if that is at this registry: a link elsewhere is not
  /// followed.
  private Optional<URI> next(URI at, RegistryTransport.Answer answer) {
    for (String header : answer.all("link")) {
      Matcher matcher = NEXT.matcher(header);
      if (matcher.find()) {
        try {
          URI link = at.resolve(matcher.group("uri"));
          // Behind a proxy registries take their scheme and port for others than ours.
          if (base.getHost().equalsIgnoreCase(link.getHost())
              && link.getRawPath() != null
              && link.getRawPath().startsWith("/v2/")) {
            String query = link.getRawQuery() == null ? "" : "?" + link.getRawQuery();
            return Optional.of(base.resolve(link.getRawPath() + query));
          }
        } catch (IllegalArgumentException e) {
          // No URI: the list ends here, and is taken for cut.
        }
      }
    }
    return Optional.empty();
  }

  // ---- what a manifest is

  private Digest checked(RegistryTransport.Answer answer, String reference, String image) {
    Optional<Digest> wanted = Digest.find(reference);
    wanted.ifPresent(digest -> requireSame(digest, digest.ofSameKind(answer.body()), image));
    answer
        .header("docker-content-digest")
        .flatMap(Digest::find)
        .ifPresent(digest -> requireSame(digest, digest.ofSameKind(answer.body()), image));
    return wanted.orElseGet(() -> Digest.of(answer.body()));
  }

  private void requireSame(Digest expected, Digest actual, String image) {
    if (!expected.equals(actual)) {
      throw RegistryProblem.IMAGE_DIGEST_WRONG.with(
          "host", registry.host(), "image", image, "expected", expected, "actual", actual);
    }
  }

  /// One content that can be read as two kinds of manifest is neither: the header must not decide
  /// what a device runs (image-spec, "mediaType").
  private String mediaType(RegistryTransport.Answer answer, Document json, String image) {
    String told = plainType(answer.header("content-type").orElse(""));
    String says = json.text("mediaType").orElse("");
    boolean known = MediaTypes.INDEXES.contains(told) || MediaTypes.MANIFESTS.contains(told);
    if (known && !says.isEmpty() && !says.equals(told)) {
      throw unusable("a manifest is sent as " + told + " and says another type of itself");
    }
    boolean index = json.has("manifests");
    boolean manifest = json.has("layers") || json.has("config");
    if (index && manifest) {
      throw unusable("a manifest is both an index and an image");
    }
    String type = known ? told : says;
    if (type.isEmpty() && json.number("schemaVersion").equals(OptionalLong.of(2))) {
      type = index ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
    }
    if (index ? MediaTypes.INDEXES.contains(type) : MediaTypes.MANIFESTS.contains(type)) {
      return type;
    }
    throw RegistryProblem.IMAGE_NOT_SUPPORTED.with(
        "image",
        image,
        "detail",
        "its manifest is neither of OCI nor of Docker's schema 2; push it anew with a current"
            + " tool");
  }

  private static String plainType(String header) {
    return header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  private static String pull(RepositoryName repository) {
    return "repository:" + repository + ":pull";
  }

  private static String named(RepositoryName repository, String reference) {
    return repository + (reference.indexOf(':') < 0 ? ":" : "@") + reference;
  }

  private static long number(String text) {
    return text.matches("\\d{1,15}") ? Long.parseLong(text) : 0;
  }

  // ---- asking

  private RegistryTransport.Answer get(URI uri, String accept, String scope, int maxBytes) {
    return send(RegistryTransport.Method.GET, uri, accept, scope, maxBytes);
  }

  /// Asks, and logs in where that is wanted.
  private RegistryTransport.Answer send(
      RegistryTransport.Method method, URI uri, String accept, String scope, int maxBytes) {
    TokenKey key = new TokenKey(registry.id(), registry.version(), scope);
    Optional<Secret> held = wire.tokens().find(key, wire.clock().instant());
    Got got = follow(method, uri, accept, held.orElse(null), maxBytes);
    if (got.answer().status() == 401 && got.own()) {
      wire.tokens().remove(key);
      got = follow(method, uri, accept, authorization(got.answer(), key), maxBytes);
    }
    if (got.answer().status() == 429) {
      throw limited(got.answer());
    }
    return got.answer();
  }

  /// Asks, and goes where it is sent; to another host without the authorization.
  private Got follow(
      RegistryTransport.Method method,
      URI uri,
      String accept,
      @Nullable Secret authorization,
      int maxBytes) {
    URI at = uri;
    boolean own = true;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      RegistryTransport.Answer answer =
          wire.transport()
              .ask(
                  new RegistryTransport.Ask(
                      method,
                      at,
                      Map.of("accept", accept),
                      own ? authorization : null,
                      null,
                      maxBytes,
                      timeout()));
      if (!REDIRECTS.contains(answer.status())) {
        return new Got(answer, own);
      }
      at = redirected(at, answer);
      own = own && sameOrigin(at, uri);
    }
    throw unusable("it redirects in a circle");
  }

  private URI redirected(URI from, RegistryTransport.Answer answer) {
    try {
      URI to =
          from.resolve(
              answer.header("location").filter(text -> !text.isBlank()).orElse("about:blank"));
      boolean secure = "https".equalsIgnoreCase(to.getScheme());
      boolean allowed =
          secure || (to.getScheme() != null && to.getScheme().equals(from.getScheme()));
      if (allowed && to.getHost() != null && to.getRawUserInfo() == null) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // As below.
    }
    throw unusable("it redirects to what is no address by https");
  }

  private static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("http") ? 80 : 443;
  }

  private Duration left() {
    return Duration.between(wire.clock().instant(), end);
  }

  private Duration timeout() {
    Duration left = left();
    if (left.compareTo(Duration.ofMillis(100)) < 0) {
      throw RegistryProblem.REGISTRY_UNREACHABLE.with(
          "host",
          registry.host(),
          "detail",
          "it took more than " + BUDGET.toSeconds() + " s in all");
    }
    return left.compareTo(ONE_ANSWER) < 0 ? left : ONE_ANSWER;
  }

  // ---- logging in

  /// What the registry wants to be shown, and keeps it.
  private Secret authorization(RegistryTransport.Answer answer, TokenKey key) {
    List<Challenge> challenges = Challenge.parse(answer.all("www-authenticate"));
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer") && challenge.parameter("realm").isPresent()) {
        return bearer(challenge, key);
      }
    }
    if (challenges.stream().noneMatch(challenge -> challenge.scheme().equals("basic"))) {
      throw unusable("it wants a login, and by no way that is known here");
    }
    if (login == null) {
      throw RegistryProblem.REGISTRY_LOGIN_NEEDED.with("host", registry.host());
    }
    Secret basic = login.basic();
    wire.tokens().put(key, basic, wire.clock().instant().plus(BASIC_KEPT));
    return basic;
  }

  private Secret bearer(Challenge challenge, TokenKey key) {
    URI uri = tokenUri(challenge, key.scope());
    Got got =
        follow(
            RegistryTransport.Method.GET,
            uri,
            "application/json",
            login == null ? null : login.basic(),
            TOKEN_BYTES);
    RegistryTransport.Answer answer = got.answer();
    switch (answer.status()) {
      case 200 -> {}
      case 429 -> throw limited(answer);
      case 400, 401, 403 -> {
        if (login == null) {
          throw RegistryProblem.REGISTRY_LOGIN_NEEDED.with("host", registry.host());
        }
        throw loginRefused(uri.getHost() + " gives no token for them" + said(answer));
      }
      default -> throw refusal(answer, "a token");
    }
    Document json =
        Document.parse(answer.body()).orElseThrow(() -> unusable("a token is no JSON object"));
    String token =
        json.text("token")
            .or(() -> json.text("access_token"))
            .filter(text -> TOKEN.matcher(text).matches())
            .orElseThrow(() -> unusable("there is no token in the answer of " + uri.getHost()));
    Duration lasts = Duration.ofSeconds(json.number("expires_in").orElse(DEFAULT_TOKEN_SECONDS));
    Secret bearer = new Secret("Bearer " + token);
    Duration kept =
        (lasts.compareTo(LONGEST_TOKEN) < 0 ? lasts : LONGEST_TOKEN).minus(BEFORE_THE_END);
    if (kept.isPositive()) {
      wire.tokens().put(key, bearer, wire.clock().instant().plus(kept));
    }
    return bearer;
  }

  /// The scope is always ours: a registry that could choose it could have any token of the login.
  private URI tokenUri(Challenge challenge, String scope) {
    StringBuilder uri = new StringBuilder(challenge.parameter("realm").orElse(""));
    char before = uri.indexOf("?") < 0 ? '?' : '&';
    Optional<String> service = challenge.parameter("service");
    if (service.isPresent()) {
      uri.append(before).append("service=").append(encoded(service.get()));
      before = '&';
    }
    if (!scope.isEmpty()) {
      uri.append(before).append("scope=").append(encoded(scope));
    }
    try {
      URI found = URI.create(uri.toString());
      boolean secure = "https".equalsIgnoreCase(found.getScheme());
      boolean allowed = secure || base.getScheme().equals(found.getScheme());
      if (allowed && found.getHost() != null && found.getRawUserInfo() == null) {
        return found;
      }
    } catch (IllegalArgumentException e) {
      // As below.
    }
    throw unusable("the place of its tokens is no address by https");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  // ---- refusals

  private ProblemException loginRefused(String detail) {
    return RegistryProblem.REGISTRY_LOGIN_REFUSED.with("host", registry.host(), "detail", detail);
  }

  private ProblemException unusable(String detail) {
    return RegistryProblem.REGISTRY_ANSWER_UNUSABLE.with("host", registry.host(), "detail", detail);
  }

  private ProblemException refusal(RegistryTransport.Answer answer, String repository) {
    int status = answer.status();
    if (status == 401 || status == 403) {
      return RegistryProblem.REGISTRY_ACCESS_DENIED.with(
          "host", registry.host(), "repository", repository);
    }
    String detail = "it answers " + status + said(answer);
    return status >= 500
        ? RegistryProblem.REGISTRY_UNREACHABLE.with("host", registry.host(), "detail", detail)
        : unusable(detail);
  }

  /// The code of an error (distribution-spec, "Error Codes"). Its message is not repeated: nobody
  /// knows what a registry writes there.
  private static String said(RegistryTransport.Answer answer) {
    return Document.parse(answer.body())
        .flatMap(json -> json.objects("errors").stream().findFirst())
        .flatMap(error -> error.text("code"))
        .filter(code -> ERROR_CODE.matcher(code).matches())
        .map(code -> " (" + code + ")")
        .orElse("");
  }

  private ProblemException limited(RegistryTransport.Answer answer) {
    return RegistryProblem.REGISTRY_RATE_LIMITED.with(
        "host", registry.host(), "seconds", pause(answer.header("retry-after").orElse("")));
  }

  /// `Retry-After` in seconds, or as a date (RFC 9110 section 10.2.3).
  private long pause(String header) {
    long seconds = DEFAULT_PAUSE_SECONDS;
    if (header.matches("\\d{1,9}")) {
      seconds = Long.parseLong(header);
    } else {
      try {
        Instant at = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        seconds = Duration.between(wire.clock().instant(), at).toSeconds();
      } catch (DateTimeException e) {
        // Not said.
      }
    }
    return Math.clamp(seconds, 1, LONGEST_PAUSE_SECONDS);
  }
}
