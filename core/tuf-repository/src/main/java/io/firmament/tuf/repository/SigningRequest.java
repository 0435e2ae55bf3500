package io.firmament.tuf.repository;

import io.firmament.trust.Signer;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufKey;
import io.firmament.tuf.repository.RepositoryState.Trust;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A ceremony for root or the top-level targets: a document that keys elsewhere sign, and the
/// signatures that have come in.
///
/// Prepare it here, carry [#document] to each key, sign there ([#sign]), submit the signatures
/// here, and publish when [#assembled] gives the metadata. The request is a value: keep its
/// document between the steps and read it back with the factory that made it.
///
/// @param metadata what is to be signed, with the signatures so far
public record SigningRequest<R extends Role>(
    String role, Metadata<R> metadata, List<Requirement> requirements) {
  public SigningRequest {
    requirements = List.copyOf(requirements);
  }

  /// A request for root's next version: a threshold of the old keys and one of the new must sign.
  ///
  /// @param current the root that is published; empty for the first
  /// @param next with the signatures so far, if any
  public static SigningRequest<Root> root(Optional<Root> current, Metadata<Root> next) {
    List<Requirement> requirements = new ArrayList<>();
    current.ifPresent(
        root ->
            requirements.add(
                new Requirement(
                    "root " + root.version(), RepositoryState.trust(root, RoleName.ROOT))));
    Root root = next.signed();
    requirements.add(
        new Requirement("root " + root.version(), RepositoryState.trust(root, RoleName.ROOT)));
    return new SigningRequest<>(RoleName.ROOT, next, requirements);
  }

  /// A request for the next top-level targets.
  ///
  /// @param current the root that is published
  /// @param upcoming a root to come with other targets keys, which must sign too
  public static SigningRequest<Targets> targets(
      Root current, Optional<Root> upcoming, Metadata<Targets> next) {
    List<Requirement> requirements = new ArrayList<>();
    requirements.add(
        new Requirement(
            "root " + current.version(), RepositoryState.trust(current, RoleName.TARGETS)));
    upcoming.ifPresent(
        root ->
            requirements.add(
                new Requirement(
                    "root " + root.version(), RepositoryState.trust(root, RoleName.TARGETS))));
    return new SigningRequest<>(RoleName.TARGETS, next, requirements);
  }

  /// The document to carry to the keys: metadata with the signatures so far.
  public byte[] document() {
    return metadata.toBytes();
  }

  /// What people compare before they sign, here and there: the SHA-256 of the bytes that are
  /// signed.
  public String digest() {
    return Hashes.sha256(metadata.signedBytes());
  }

  /// Signs a document where the key is. Whoever signs has compared the digest.
  ///
  /// @throws TufException where the document is neither root nor targets
  public static RoleSignature sign(byte[] document, Signer signer) throws TufException {
    return Signers.sign(signer, read(document).signedBytes());
  }

  /// The digest of a document where the key is.
  ///
  /// @throws TufException where the document is neither root nor targets
  public static String digest(byte[] document) throws TufException {
    return Hashes.sha256(read(document).signedBytes());
  }

  static Metadata<?> read(byte[] document) throws TufException {
    try {
      return Metadata.root(document);
    } catch (TufException e) {
      if (e.reason() != TufException.Reason.WRONG_ROLE) {
        throw e;
      }
      return Metadata.targets(document);
    }
  }

  /// Takes a signature in.
  ///
  /// @param published the version of this role that is published now; 0 for none
  public Submission<R> submit(RoleSignature signature, long published, Instant now) {
    if (metadata.signed().version() <= published) {
      return new Submission.Refused<>(
          Submission.Reason.STALE,
          role + " " + published + " is published already; prepare the next version");
    }
    if (metadata.signed().isExpired(now)) {
      return new Submission.Refused<>(
          Submission.Reason.EXPIRED, "what was to be signed expired meanwhile");
    }
    Optional<TufKey> key = key(signature.keyId());
    if (key.isEmpty()) {
      return new Submission.Refused<>(
          Submission.Reason.UNKNOWN_KEY, "no key of this role has the id " + signature.keyId());
    }
    boolean valid =
        signature
            .bytes()
            .filter(bytes -> key.get().verifies(metadata.signedBytes(), bytes))
            .isPresent();
    if (!valid) {
      return new Submission.Refused<>(
          Submission.Reason.INVALID_SIGNATURE,
          "the signature is not that key's over this document (digest " + digest() + ")");
    }
    if (signers().contains(signature.keyId())) {
      return new Submission.Refused<>(
          Submission.Reason.ALREADY_SIGNED, "that key has signed; another must");
    }
    return new Submission.Accepted<>(
        new SigningRequest<>(role, metadata.with(signature), requirements));
  }

  private Optional<TufKey> key(String keyId) {
    return requirements.stream()
        .filter(requirement -> requirement.trust().roleKeys().keyIds().contains(keyId))
        .flatMap(requirement -> Optional.ofNullable(requirement.trust().keys().get(keyId)).stream())
        .findFirst();
  }

  /// The ids of the keys that have signed.
  public Set<String> signers() {
    Set<String> signers = new LinkedHashSet<>();
    requirements.forEach(
        requirement ->
            signers.addAll(
                requirement.trust().roleKeys().signersOf(metadata, requirement.trust().keys())));
    return signers;
  }

  /// What is still missing, for people.
  public List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (Requirement requirement : requirements) {
      Trust trust = requirement.trust();
      int signed = trust.roleKeys().signersOf(metadata, trust.keys()).size();
      if (signed < trust.roleKeys().threshold()) {
        missing.add(
            "%d of %d signatures by the %s keys of %s"
                .formatted(signed, trust.roleKeys().threshold(), role, requirement.source()));
      }
    }
    return missing;
  }

  /// The metadata to publish, when every threshold is reached.
  public Optional<Metadata<R>> assembled() {
    return requirements.stream().allMatch(requirement -> requirement.trust().accepts(metadata))
        ? Optional.of(metadata)
        : Optional.empty();
  }

  /// Keys of which a threshold must sign.
  ///
  /// @param source the root that names them
  public record Requirement(String source, Trust trust) {}

  /// What became of a signature.
  public sealed interface Submission<R extends Role> {
    /// It counts.
    record Accepted<R extends Role>(SigningRequest<R> request) implements Submission<R> {}

    /// It does not, and the request is as it was.
    record Refused<R extends Role>(Reason reason, String detail) implements Submission<R> {}

    /// Why a signature does not count.
    enum Reason {
      UNKNOWN_KEY,
      INVALID_SIGNATURE,
      ALREADY_SIGNED,
      STALE,
      EXPIRED
    }
  }
}
