package io.firmament.tuf.repository;

import io.firmament.trust.Signer;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.TufKey;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// The keys that sign here, by TUF key id.
public final class Signers {
  private final Function<String, Map<String, Signer>> byRole;

  private Signers(Function<String, Map<String, Signer>> byRole) {
    this.byRole = byRole;
  }

  /// Keys that sign whatever role lists them.
  public static Signers of(Collection<? extends Signer> signers) {
    Map<String, Signer> byKeyId = byKeyId(signers);
    return new Signers(role -> byKeyId);
  }

  /// Keys that are asked for by the name of the role, when it is first signed.
  public static Signers byRole(Function<String, ? extends Collection<? extends Signer>> find) {
    Map<String, Map<String, Signer>> found = new ConcurrentHashMap<>();
    return new Signers(role -> found.computeIfAbsent(role, name -> byKeyId(find.apply(name))));
  }

  private static Map<String, Signer> byKeyId(Collection<? extends Signer> signers) {
    Map<String, Signer> byKeyId = new LinkedHashMap<>();
    signers.forEach(signer -> byKeyId.put(keyOf(signer).id(), signer));
    return Map.copyOf(byKeyId);
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
    Map<String, Signer> signers = byRole.apply(name);
    for (String keyId : keyIds) {
      Signer signer = signers.get(keyId);
      if (signer != null) {
        metadata = metadata.with(sign(signer, message));
      }
    }
    return metadata;
  }
}
