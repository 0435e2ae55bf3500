package io.firmament.local;

import io.firmament.base.TenantId;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.trust.KeySlot;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.schema.Grant;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import java.security.PublicKey;

/// Online keys in files, held to the grants that the keys in KMS would be held to.
record GuardedKeys(OnlineKeys keys) implements OnlineKeys {
  @Override
  public KeySlot look(TenantId tenant, OnlineRole role, int slot) {
    GrantGuard.require("GetPublicKey", signing(role), Grant.ONLINE_KEYS_CREATE);
    return guarded(keys.look(tenant, role, slot), role);
  }

  @Override
  public KeySlot make(TenantId tenant, OnlineRole role, int slot) {
    GrantGuard.require("CreateKey", Grant.ONLINE_KEYS_CREATE);
    return guarded(keys.make(tenant, role, slot), role);
  }

  private static KeySlot guarded(KeySlot slot, OnlineRole role) {
    return slot.held()
        .<KeySlot>map(signer -> new KeySlot.Holds(new Guarded(signer, signing(role))))
        .orElse(slot);
  }

  private static Grant signing(OnlineRole role) {
    boolean toDevices = role.equals(OnlineRole.DIRECTOR) || role.equals(OnlineRole.MANIFEST);
    return toDevices ? Grant.DIRECTOR_KEYS_SIGN : Grant.ONLINE_KEYS_SIGN;
  }

  /// A signer that asks who uses it.
  private record Guarded(Signer signer, Grant grant) implements Signer {
    @Override
    public SignatureAlgorithm algorithm() {
      return signer.algorithm();
    }

    @Override
    public PublicKey publicKey() {
      return signer.publicKey();
    }

    @Override
    public byte[] sign(byte[] message) {
      GrantGuard.require("Sign", grant);
      return signer.sign(message);
    }
  }
}
