package io.firmament.platform.trust;

import io.firmament.base.BaseProblem;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.SigningRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What came back from a ceremony: one signature as `tuf-ceremony sign` prints it, a list of such
/// under `signatures`, or the signed document.
///
/// @param document where it was sent whole
record Submitted(List<RoleSignature> signatures, Optional<Metadata<?>> document) {
  /// More keys than a role has cannot have signed.
  private static final int MAX_SIGNATURES = 2 * CeremonyWish.MAX_KEYS;

  /// Reads a body.
  ///
  /// @throws io.firmament.base.ProblemException where it is none of the three
  static Submitted read(String role, byte[] body) {
    Json.Obj json = CeremonyWish.object(body);
    try {
      if (json.get("signed") != null) {
        Metadata<?> document =
            role.equals(RoleName.ROOT) ? Metadata.root(body) : Metadata.targets(body);
        return new Submitted(bounded(document.signatures()), Optional.of(document));
      }
      if (json.get("keyid") != null) {
        return new Submitted(List.of(RoleSignature.read(json)), Optional.empty());
      }
      if (!(json.get("signatures") instanceof Json.Arr array)) {
        throw CeremonyWish.wrong("signatures", "must be there");
      }
      List<RoleSignature> signatures = new ArrayList<>();
      for (Json element : array.elements()) {
        if (!(element instanceof Json.Obj signature)) {
          throw CeremonyWish.wrong("signatures", "must be objects with keyid and sig");
        }
        signatures.add(RoleSignature.read(signature));
      }
      return new Submitted(bounded(signatures), Optional.empty());
    } catch (TufException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", String.valueOf(e.getMessage()));
    }
  }

  private static List<RoleSignature> bounded(List<RoleSignature> signatures) {
    if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
      throw CeremonyWish.wrong("signatures", "must be 1 to " + MAX_SIGNATURES);
    }
    return signatures;
  }

  /// Refuses another document than the one that was prepared.
  ///
  /// @param published the version that is published; 0 for none
  void requireSame(SigningRequest<?> request, long published) {
    if (document.isEmpty() || isOver(request.metadata())) {
      return;
    }
    long version = document.get().signed().version();
    if (version <= published) {
      throw RepositoryProblem.CEREMONY_STALE.with(
          "role", request.role(), "version", version, "published", published);
    }
    throw RepositoryProblem.CEREMONY_DOCUMENT_DIFFERS.with(
        "role", request.role(), "digest", request.digest());
  }

  /// Whether the whole document was sent, and says what the other says.
  boolean isOver(Metadata<?> other) {
    return document
        .filter(sent -> Arrays.equals(sent.signedBytes(), other.signedBytes()))
        .isPresent();
  }
}
