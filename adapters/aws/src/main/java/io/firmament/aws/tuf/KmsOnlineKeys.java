package io.firmament.aws.tuf;

import io.firmament.aws.fleet.KmsSigner;
import io.firmament.base.TenantId;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.trust.Signer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.AlreadyExistsException;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.Tag;

/// Online keys in KMS: a key per tenant and role, on P-256 or Ed25519 as the role says, found by
/// its alias `alias/PREFIX/TENANT/ROLE`, dots of a fleet's name written as slashes.
///
/// Making the alias is what decides: of two callers at once one gets it, and the other gives its
/// own key up. A process that stops before it has made the alias leaves a key without one, which is
/// never used; it carries the tags of a key that is, so that it can be found and deleted.
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
  private final Map<String, Signer> known = new ConcurrentHashMap<>();

  /// @param prefix the deployment's, which aliases and tags carry
  public KmsOnlineKeys(KmsClient kms, String prefix) {
    this.kms = kms;
    this.prefix = prefix;
  }

  @Override
  public Signer ensure(TenantId tenant, OnlineRole role) {
    Optional<Signer> found = find(tenant, role);
    if (found.isPresent()) {
      return found.get();
    }
    String alias = alias(tenant, role);
    String id = create(tenant, role);
    try {
      kms.createAlias(b -> b.aliasName(alias).targetKeyId(id));
    } catch (AlreadyExistsException e) {
      kms.scheduleKeyDeletion(b -> b.keyId(id).pendingWindowInDays(SHORTEST_WINDOW_DAYS));
      return awaited(alias);
    }
    return keep(alias, KmsSigner.of(kms, id));
  }

  /// An alias that somebody else has made is seen everywhere after a moment.
  private Signer awaited(String alias) {
    for (int look = 0; look < LOOKS; look++) {
      Optional<Signer> found = look(alias);
      if (found.isPresent()) {
        return found.get();
      }
      pause();
    }
    throw new IllegalStateException(alias + " was made by somebody else, and is not to be seen");
  }

  @Override
  public Optional<Signer> find(TenantId tenant, OnlineRole role) {
    return look(alias(tenant, role));
  }

  private Optional<Signer> look(String alias) {
    Signer cached = known.get(alias);
    if (cached != null) {
      return Optional.of(cached);
    }
    try {
      return Optional.of(keep(alias, KmsSigner.of(kms, alias)));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /// An alias never leads to another key, so what it led to once can be kept.
  private Signer keep(String alias, Signer signer) {
    if (known.size() >= KNOWN) {
      known.clear();
    }
    known.put(alias, signer);
    return signer;
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

  private String alias(TenantId tenant, OnlineRole role) {
    return "alias/" + prefix + "/" + tenant + "/" + role.id().replace('.', '/');
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
