package io.firmament.platform.registry;

import io.firmament.platform.rollout.Invalid;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a registry answers: a host name or address, and a port unless it is 443.
///
/// @param value `ghcr.io`, `registry.example.com:5000`, `[2001:db8::1]:5000`; lower case, and for
///     Docker Hub always [#DOCKER_HUB]
public record RegistryHost(String value) implements Comparable<RegistryHost> {
  /// Where the distribution API of Docker Hub answers.
  public static final String DOCKER_HUB = "registry-1.docker.io";

  private static final String FIELD = "host";
  private static final int MAX_PASTED = 2_048;
  private static final int MAX_NAME = 253;
  private static final int HTTPS = 443;

  private static final Set<String> DOCKER_HUB_ALIASES =
      Set.of(
          DOCKER_HUB,
          "docker.io",
          "www.docker.io",
          "hub.docker.com",
          "index.docker.io",
          "registry.hub.docker.com");

  private static final Pattern SCHEME = Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://.*");
  private static final Pattern AUTHORITY =
      Pattern.compile("(?<host>\\[[^\\]]*]|[^:\\[\\]]*)(:(?<port>\\d{1,5}))?");
  private static final Pattern NAME =
      Pattern.compile(
          "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern OCTETS =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");

  public RegistryHost {
    if (!normalized(value).equals(value)) {
      throw Invalid.field(FIELD, "is not in its normal form");
    }
  }

  /// Reads what people paste: a host, or the address of a page in a browser, of which the host
  /// stays. Names of Docker Hub become the one where its API answers.
  ///
  /// Refused are addresses with a user or password in them, schemes other than `https` and `http`,
  /// numbers that some resolvers take for addresses (`127.1`, `0x7f000001`), and names without a
  /// dot or a port, which are more likely an image.
  public static RegistryHost parse(String text) {
    return new RegistryHost(normalized(text));
  }

  private static String normalized(String text) {
    String pasted = text.strip();
    Invalid.unless(!pasted.isEmpty(), FIELD, "is missing");
    Invalid.unless(pasted.length() <= MAX_PASTED, FIELD, "is too long");
    Invalid.unless(
        pasted.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\' && c != '%'),
        FIELD,
        "has characters that no host has; write an international name as xn--...");
    Matcher scheme = SCHEME.matcher(pasted);
    if (scheme.matches()) {
      String name = scheme.group("scheme").toLowerCase(Locale.ROOT);
      Invalid.unless(
          name.equals("https") || name.equals("http"), FIELD, "has a scheme other than https");
      pasted = pasted.substring(name.length() + "://".length());
    }
    String authority = pasted.split("[/?#]", 2)[0].toLowerCase(Locale.ROOT);
    Invalid.unless(
        authority.indexOf('@') < 0,
        FIELD,
        "has a user or a password in it; these have fields of their own");
    Matcher parts = AUTHORITY.matcher(authority);
    Invalid.unless(parts.matches(), FIELD, "is not host or host:port");
    String host = host(parts.group("host"));
    int port = port(parts.group("port"));
    if (DOCKER_HUB_ALIASES.contains(host) && port == HTTPS) {
      return DOCKER_HUB;
    }
    boolean hosts = host.contains(".") || host.contains(":") || host.equals("localhost");
    Invalid.unless(
        hosts || parts.group("port") != null, FIELD, "needs a dot or a port, as ghcr.io has");
    return port == HTTPS && hosts ? host : host + ":" + port;
  }

  private static String host(String text) {
    if (text.startsWith("[")) {
      try {
        String literal = text.substring(1, text.length() - 1);
        InetAddress address = Inet6Address.ofLiteral(literal);
        if (address instanceof Inet6Address && literal.indexOf('%') < 0) {
          return "[" + address.getHostAddress() + "]";
        }
        return address.getHostAddress();
      } catch (IllegalArgumentException e) {
        throw Invalid.field(FIELD, "has no IPv6 address in its brackets");
      }
    }
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    Invalid.unless(
        name.length() <= MAX_NAME && NAME.matcher(name).matches(), FIELD, "is no host name");
    String last = name.substring(name.lastIndexOf('.') + 1);
    Invalid.unless(
        !NUMBER.matcher(last).matches() || OCTETS.matcher(name).matches(),
        FIELD,
        "is neither a name nor an IPv4 address of four numbers");
    return name;
  }

  private static int port(@org.jspecify.annotations.Nullable String text) {
    int port = text == null ? HTTPS : Integer.parseInt(text);
    Invalid.unless(port >= 1 && port <= 65_535, FIELD, "has no such port");
    return port;
  }

  public boolean isDockerHub() {
    return value.equals(DOCKER_HUB);
  }

  /// Name or address alone, without brackets.
  public String name() {
    String host = value;
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  /// The address, where the host is one and not a name.
  public Optional<InetAddress> literal() {
    boolean address = value.startsWith("[") || OCTETS.matcher(name()).matches();
    return address ? Optional.of(InetAddress.ofLiteral(name())) : Optional.empty();
  }

  /// As it stands in references to images: container engines know Docker Hub as `docker.io`.
  public String inReferences() {
    return isDockerHub() ? "docker.io" : value;
  }

  @Override
  public int compareTo(RegistryHost other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
