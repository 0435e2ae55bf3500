package io.firmament.platform.registry;

import io.firmament.platform.rollout.Invalid;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A reference to an image: `host/repository[:tag][@digest]`.
///
/// @param tag null where it names none
/// @param digest null where it is not pinned
public record ImageReference(
    RegistryHost host, RepositoryName repository, @Nullable Tag tag, @Nullable Digest digest) {
  private static final String FIELD = "reference";

  /// A reference to one content and no other.
  public static ImageReference pinned(RegistryHost host, RepositoryName repository, Digest digest) {
    return new ImageReference(host, repository, null, digest);
  }

  /// Reads a reference as container engines do: without a host it is of Docker Hub, and a single
  /// name is one of its library. A tag is not made up.
  public static ImageReference parse(String text) {
    String rest = text.strip();
    Invalid.unless(!rest.isEmpty() && rest.length() <= 1_000, FIELD, "is missing or too long");
    Digest digest = null;
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest =
          Digest.find(rest.substring(at + 1))
              .orElseThrow(() -> Invalid.field(FIELD, "has no digest of SHA-256 or SHA-512"));
      rest = rest.substring(0, at);
    }
    Tag tag = null;
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag =
          Tag.find(rest.substring(colon + 1))
              .orElseThrow(() -> Invalid.field(FIELD, "has no valid tag"));
      rest = rest.substring(0, colon);
    }
    int slash = rest.indexOf('/');
    boolean named = slash > 0 && RepositoryName.looksLikeHost(rest.substring(0, slash));
    RegistryHost host =
        named
            ? RegistryHost.parse(rest.substring(0, slash))
            : new RegistryHost(RegistryHost.DOCKER_HUB);
    String name = named ? rest.substring(slash + 1) : rest;
    return new ImageReference(
        host, new RepositoryName(RepositoryName.expanded(host, name)), tag, digest);
  }

  public Optional<Tag> findTag() {
    return Optional.ofNullable(tag);
  }

  public Optional<Digest> findDigest() {
    return Optional.ofNullable(digest);
  }

  @Override
  public String toString() {
    return host.inReferences()
        + "/"
        + repository
        + (tag == null ? "" : ":" + tag)
        + (digest == null ? "" : "@" + digest);
  }
}
