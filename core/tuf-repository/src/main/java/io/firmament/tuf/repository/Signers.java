package io.firmament.tuf.repository;

import io.firmament.trust.KeyGoneException;
import io.firmament.trust.Signer;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.TufKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The keys that sign here, by TUF key id.
public final class Signers {
  private final Find find;
  private final Map<String, Map<String, Optional<Signer>>> asked = new ConcurrentHashMap<>();

  private Signers(Find find) {
    this.find = find;
  }

  /// Finds keys of a role.
  @FunctionalInterface
  public interface Find {
    /// Those signers of the role that have one of the ids and are here; others are ignored.
    Collection<? extends Signer> of(String role, Set<String> keyIds);
  }

  /// Keys that sign whatever role lists them.
  public static Signers of(Collection<? extends Signer> signers) {
    List<Signer> all = List.copyOf(signers);
    return new Signers((role, keyIds) -> all);
  }

  /// Keys that are asked for by the name of the role and their ids, when the role is first signed
  /// with them. An answer is kept, also that one is not here.
  public static Signers byRole(Find find) {
    return new Signers(find);
  }

  private List<Signer> find(String role, Collection<String> keyIds) {
    Map<String, Optional<Signer>> known =
        asked.computeIfAbsent(role, name -> new ConcurrentHashMap<>());
    Set<String> unknown = new LinkedHashSet<>(keyIds);
    unknown.removeAll(known.keySet());
    if (!unknown.isEmpty()) {
      Map<String, Signer> found = new HashMap<>();
      find.of(role, Set.copyOf(unknown)).forEach(each -> found.put(keyOf(each).id(), each));
      unknown.forEach(id -> known.put(id, Optional.ofNullable(found.get(id))));
    }
    return keyIds.stream()
        .flatMap(id -> known.getOrDefault(id, Optional.empty()).stream())
        .toList();
  }

  /// A signer's public key as metadata lists it.
  public static TufKey keyOf(Signer signer) {
    return TufKey.of(signer.publicKey());
  }

  /// A signer's signature over what is signed of the metadata.
  static RoleSignature sign(Signer signer, byte[] signedBytes) {
    return new RoleSignature(
        keyOf(signer).id(), HexFormat.of().formatHex(signer.sign(signedBytes)));
  }

  /// What the role says, signed with every key of these ids that is here.
  <R extends Role> Metadata<R> sign(String name, R role, Collection<String> keyIds) {
    Metadata<R> metadata = Metadata.unsigned(role);
    byte[] message = metadata.signedBytes();
    for (Signer signer : find(name, keyIds)) {
      try {
        metadata = metadata.with(sign(signer, message));
      } catch (KeyGoneException e) {
        // It is as good as not here; whether the others suffice is seen by the threshold.
      }
    }
    return metadata;
  }
}
