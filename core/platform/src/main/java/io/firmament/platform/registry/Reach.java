package io.firmament.platform.registry;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Which addresses registries may have. What a tenant names is called from within the operator's
/// network, and must not open it (server-side request forgery).
///
/// Addresses of links and of metadata services are refused everywhere.
public enum Reach {
  /// The internet alone.
  PUBLIC,
  /// And private networks: a registry beside the platform.
  PRIVATE,
  /// And this machine, and without TLS: for development.
  LOCAL;

  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  /// The reach of this name; for a setting.
  public static Reach named(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /// Whether `http` may be spoken with an address: a developer's own machine alone.
  public boolean plain(InetAddress address) {
    return this == LOCAL && address.isLoopbackAddress();
  }

  /// What an address is, where that is a reason not to call it.
  public Optional<String> objection(InetAddress address) {
    byte[] bytes = address.getAddress();
    Optional<InetAddress> inner = embedded(address);
    if (inner.isPresent()) {
      return objection(inner.get());
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress() || reserved(bytes)) {
      return Optional.of("an address of no single host");
    }
    if (address.isLinkLocalAddress() || metadata(bytes)) {
      return Optional.of("an address of the link or of a metadata service");
    }
    if (address.isLoopbackAddress()) {
      return this == LOCAL ? Optional.empty() : Optional.of("an address of the platform itself");
    }
    return this == PUBLIC && isPrivate(address)
        ? Optional.of("an address of a private network")
        : Optional.empty();
  }

  /// An IPv4 address within one of IPv6: NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible.
  private static Optional<InetAddress> embedded(InetAddress address) {
    if (!(address instanceof Inet6Address six)) {
      return Optional.empty();
    }
    byte[] bytes = six.getAddress();
    if (Arrays.equals(bytes, 0, 12, NAT64, 0, 12)) {
      return Optional.of(four(bytes, 12));
    }
    if (bytes[0] == 0x20 && bytes[1] == 0x02) {
      return Optional.of(four(bytes, 2));
    }
    boolean compatible =
        six.isIPv4CompatibleAddress() && !six.isAnyLocalAddress() && !six.isLoopbackAddress();
    return compatible ? Optional.of(four(bytes, 12)) : Optional.empty();
  }

  private static InetAddress four(byte[] bytes, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /// `0.0.0.0/8`, `240.0.0.0/4` and broadcast.
  private static boolean reserved(byte[] bytes) {
    return bytes.length == 4 && (bytes[0] == 0 || (bytes[0] & 0xf0) == 0xf0);
  }

  /// Metadata services that are not of the link: AWS over IPv6, Alibaba, Oracle.
  private static boolean metadata(byte[] bytes) {
    if (bytes.length == 16) {
      return (bytes[0] & 0xff) == 0xfd
          && bytes[1] == 0
          && (bytes[2] & 0xff) == 0x0e
          && (bytes[3] & 0xff) == 0xc2;
    }
    return Arrays.equals(bytes, new byte[] {100, 100, 100, (byte) 200})
        || Arrays.equals(bytes, new byte[] {(byte) 192, 0, 0, (byte) 192});
  }

  private static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet6Address) {
      return address.isSiteLocalAddress() || (bytes[0] & 0xfe) == 0xfc;
    }
    // Shared by carriers (RFC 6598), for benchmarks (RFC 2544), for protocols (RFC 6890).
    return address.isSiteLocalAddress()
        || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64)
        || ((bytes[0] & 0xff) == 198 && (bytes[1] & 0xfe) == 18)
        || ((bytes[0] & 0xff) == 192 && bytes[1] == 0 && bytes[2] == 0);
  }
}
