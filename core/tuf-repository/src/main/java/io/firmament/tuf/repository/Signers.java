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

/// The keys that sign here, by TUF key id.
public final class Signers {
  private final Map<String, Signer> byKeyId;

  private Signers(Map<String, Signer> byKeyId) {
    this.byKeyId = Map.copyOf(byKeyId);
  }

  public static Signers of(Collection<? extends Signer> signers) {
    Map<String, Signer> byKeyId = new LinkedHashMap<>();
    signers.forEach(signer -> byKeyId.put(keyOf(signer).id(), signer));
    return new Signers(byKeyId);
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
  <R extends Role> Metadata<R> sign(R role, Collection<String> keyIds) {
    Metadata<R> metadata = Metadata.unsigned(role);
    byte[] message = metadata.signedBytes();
    for (String keyId : keyIds) {
      Signer signer = byKeyId.get(keyId);
      if (signer != null) {
        metadata = metadata.with(sign(signer, message));
      }
    }
    return metadata;
  }
}
