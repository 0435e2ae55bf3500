package io.firmament.aws.tuf;

import io.firmament.aws.fleet.KmsSigner;
import io.firmament.base.LastUsed;
import io.firmament.base.TenantId;
import io.firmament.platform.trust.KeySlot;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.trust.KeyGoneException;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import io.firmament.tuf.repository.Signers;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.AlreadyExistsException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.Tag;

/// Online keys in KMS: a key per tenant, role and slot, on P-256 or Ed25519 as the role says, found
/// by its alias: `alias/PREFIX/TENANT/ROLE` for the first slot, `alias/PREFIX/TENANT/g2/ROLE` for
/// the second and so on, dots of a fleet's name written as slashes.
///
/// Making the alias is what decides: of two callers at once one gets it, and the other gives its
/// own key up. A process that stops before it has made the alias leaves a key without one, which is
/// never used; it carries the tags of a key that is, so that it can be found and deleted. An alias
/// goes when its key is deleted for good, or when somebody takes it away; the slot is free then.
public final class KmsOnlineKeys implements OnlineKeys {
  /// The tag of every key, with the deployment's prefix.
  public static final String TAG = "firmament";

  /// The tag that says which of [#kind] a key is.
  public static final String TAG_ROLE = "firmament-role";

  private static final int SHORTEST_WINDOW_DAYS = 7;
  private static final int KNOWN = 4096;
  private static final int LOOKS = 10;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final KmsClient kms;
  private final String prefix;
  private final LastUsed<Known, Signer> known = new LastUsed<>(KNOWN);

  /// @param prefix the deployment's, which aliases and tags carry
  public KmsOnlineKeys(KmsClient kms, String prefix) {
    this.kms = kms;
    this.prefix = prefix;
  }

  /// A signer that was found.
  ///
  /// @param keyId by which it was; empty for the first that a role has
  private record Known(TenantId tenant, OnlineRole role, Optional<String> keyId) {
    static Known by(TenantId tenant, OnlineRole role, String keyId) {
      return new Known(tenant, role, Optional.of(keyId));
    }
  }

  @Override
  public KeySlot look(TenantId tenant, OnlineRole role, int slot) {
    try {
      return new KeySlot.Holds(KmsSigner.of(kms, alias(tenant, role, slot)));
    } catch (NotFoundException e) {
      return new KeySlot.Free();
    } catch (DisabledException | KmsInvalidStateException e) {
      return new KeySlot.Blocked();
    }
  }

  @Override
  public KeySlot make(TenantId tenant, OnlineRole role, int slot) {
    String alias = alias(tenant, role, slot);
    String id = create(tenant, role);
    try {
      kms.createAlias(b -> b.aliasName(alias).targetKeyId(id));
    } catch (AlreadyExistsException e) {
      kms.scheduleKeyDeletion(b -> b.keyId(id).pendingWindowInDays(SHORTEST_WINDOW_DAYS));
      return awaited(tenant, role, slot);
    }
    return new KeySlot.Holds(KmsSigner.of(kms, id));
  }

  /// An alias that somebody else has made is seen everywhere after a moment.
  private KeySlot awaited(TenantId tenant, OnlineRole role, int slot) {
    for (int look = 0; look < LOOKS; look++) {
      KeySlot found = look(tenant, role, slot);
      if (!(found instanceof KeySlot.Free)) {
        return found;
      }
      pause();
    }
    throw new IllegalStateException(
        alias(tenant, role, slot) + " was made by somebody else, and is not to be seen");
  }

  @Override
  public List<Signer> find(TenantId tenant, OnlineRole role, Set<String> keyIds) {
    List<Signer> found = new ArrayList<>();
    Set<String> unknown = new HashSet<>();
    for (String keyId : keyIds) {
      known
          .find(Known.by(tenant, role, keyId))
          .ifPresentOrElse(found::add, () -> unknown.add(keyId));
    }
    for (Signer signer : OnlineKeys.super.find(tenant, role, unknown)) {
      found.add(keep(Known.by(tenant, role, Signers.keyOf(signer).id()), signer));
    }
    return found;
  }

  @Override
  public Optional<Signer> find(TenantId tenant, OnlineRole role) {
    Known first = new Known(tenant, role, Optional.empty());
    return known
        .find(first)
        .or(() -> OnlineKeys.super.find(tenant, role).map(signer -> keep(first, signer)));
  }

  private Signer keep(Known name, Signer signer) {
    Signer forgetting = new Forgetting(signer, () -> known.remove(name));
    known.put(name, forgetting);
    return forgetting;
  }

  /// A signer that is looked for anew once its key is gone.
  private record Forgetting(Signer signer, Runnable forget) implements Signer {
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
      try {
        return signer.sign(message);
      } catch (KeyGoneException e) {
        forget.run();
        throw e;
      }
    }
  }

  private String create(TenantId tenant, OnlineRole role) {
    return kms.createKey(
            b ->
                b.description("Online key of " + role + " of tenant " + tenant)
                    .keySpec(
                        switch (role.algorithm()) {
                          case ECDSA_P256_SHA256 -> KeySpec.ECC_NIST_P256;
                          case ED25519 -> KeySpec.ECC_NIST_EDWARDS25519;
                        })
                    .keyUsage(KeyUsageType.SIGN_VERIFY)
                    .tags(
                        List.of(
                            tag(TAG, prefix),
                            tag(TAG_ROLE, kind(role)),
                            tag("firmament-tenant", tenant.toString()))))
        .keyMetadata()
        .keyId();
  }

  /// What a key signs, as grants know it: `freshness`, `publisher`, `director`, `manifest` or
  /// `fleet`.
  public static String kind(OnlineRole role) {
    return role.isFleet() ? "fleet" : role.id();
  }

  private String alias(TenantId tenant, OnlineRole role, int slot) {
    String generation = slot == 1 ? "" : "g" + slot + "/";
    return "alias/" + prefix + "/" + tenant + "/" + generation + role.id().replace('.', '/');
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().tagKey(key).tagValue(value).build();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
