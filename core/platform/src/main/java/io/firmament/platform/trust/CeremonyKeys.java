package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.trust.Signer;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.TufKey;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.Signers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Chooses the online keys that a ceremony names, and makes those that are missing.
///
/// A role keeps the key that is trusted as long as it is there and nobody wants another. In its
/// place comes the newest key of the role, whose slot is written down before it is made: whoever
/// asks at the same moment, or again after a stop, gets the same key, and none that was trusted
/// before is ever taken again.
final class CeremonyKeys {
  private static final int ATTEMPTS = 8;
  private static final int MANIFEST_SLOT = 1;

  private final TrustStore store;
  private final OnlineKeys keys;
  private final CeremonyAudit audit;

  CeremonyKeys(TrustStore store, OnlineKeys keys, CeremonyAudit audit) {
    this.store = store;
    this.keys = keys;
    this.audit = audit;
  }

  /// What was chosen.
  ///
  /// @param signers by the id of their role; a role is missing whose key is gone and not to be
  ///     replaced now
  /// @param replaced roles that get another key than the one that is trusted
  /// @param lost roles whose trusted key is gone, replaced or not
  record Chosen(SortedMap<String, Signer> signers, Set<OnlineRole> replaced, Set<OnlineRole> lost) {
    /// The keys that a document is to name for a role.
    Root.Assignment assignment(OnlineRole role) {
      Signer signer = signers.get(role.id());
      if (signer == null) {
        throw new IllegalStateException("the key of " + role + " was chosen before");
      }
      return TenantRepositories.assignment(signer);
    }

    /// Ids by role, as metadata names the keys; that of manifests as those name it.
    SortedMap<String, String> keyIds() {
      SortedMap<String, String> keyIds = new TreeMap<>();
      signers.forEach(
          (role, signer) ->
              keyIds.put(
                  role,
                  role.equals(OnlineRole.MANIFEST.id())
                      ? signer.keyId().hex()
                      : Signers.keyOf(signer).id()));
      return keyIds;
    }

    /// What the audit trail says of it.
    Map<String, String> facts() {
      Map<String, String> facts = new TreeMap<>();
      if (!replaced.isEmpty()) {
        facts.put("keys_replaced", names(replaced));
      }
      if (!lost.isEmpty()) {
        facts.put("keys_gone", names(lost));
      }
      return facts;
    }

    private static String names(Set<OnlineRole> roles) {
      return String.join(" ", roles.stream().map(OnlineRole::id).toList());
    }

    /// What people should know of keys that are gone.
    List<String> notes() {
      List<String> notes = new ArrayList<>();
      for (OnlineRole role : lost) {
        notes.add(role.equals(OnlineRole.MANIFEST) ? manifestsNote() : note(role));
      }
      return notes;
    }

    private static String manifestsNote() {
      return "the key of manifests is disabled or about to be deleted; devices pin it, so nothing"
          + " takes its place";
    }

    private String note(OnlineRole role) {
      String gone = "the key of " + role + " is gone; ";
      if (!replaced.contains(role)) {
        return gone
            + role.document()
                .map(document -> "prepare " + document + " to have another named")
                .orElse("name the fleet, and it gets another");
      }
      if (role.equals(OnlineRole.FRESHNESS)) {
        return gone + "when root is published, devices cannot update for a moment";
      }
      return gone
          + role.document().map(document -> document + " names another").orElse("it has another");
    }
  }

  /// Chooses, and makes what is missing.
  ///
  /// @throws io.firmament.base.ProblemException where a key is to be replaced that is not the
  ///     trusted one, or no slot is free
  Chosen choose(Caller caller, CeremonyWish wish, Optional<RepositoryState> state) {
    TenantId tenant = caller.tenant();
    requireTrusted(wish, state);
    SortedMap<String, Signer> signers = new TreeMap<>();
    Map<OnlineRole, Set<String>> replaced = new LinkedHashMap<>();
    Set<OnlineRole> lost = new LinkedHashSet<>();
    for (OnlineRole role : roles(wish)) {
      Set<String> trusted = state.map(role::trustedIn).orElse(Set.of());
      Optional<Signer> signer =
          trusted.isEmpty()
              ? Optional.of(keys.ensure(tenant, role))
              : present(tenant, role, trusted);
      signer.ifPresentOrElse(each -> signers.put(role.id(), each), () -> lost.add(role));
      if (wish.rotate().containsKey(role) || (signer.isEmpty() && isReplaced(role, wish))) {
        replaced.put(role, trusted);
      }
    }
    manifests(tenant)
        .ifPresentOrElse(
            signer -> signers.put(OnlineRole.MANIFEST.id(), signer),
            () -> lost.add(OnlineRole.MANIFEST));
    requireFreshness(wish, lost, replaced.keySet());
    signers.putAll(newest(caller, replaced));
    return new Chosen(signers, replaced.keySet(), lost);
  }

  private static Set<OnlineRole> roles(CeremonyWish wish) {
    Set<OnlineRole> roles =
        new LinkedHashSet<>(
            List.of(OnlineRole.FRESHNESS, OnlineRole.PUBLISHER, OnlineRole.DIRECTOR));
    roles.add(OnlineRole.of(FleetName.DEFAULT));
    wish.fleets().forEach(fleet -> roles.add(OnlineRole.of(fleet)));
    roles.addAll(wish.rotate().keySet());
    return roles;
  }

  private static void requireTrusted(CeremonyWish wish, Optional<RepositoryState> state) {
    wish.rotate()
        .forEach(
            (role, keyId) -> {
              if (!state.map(role::trustedIn).orElse(Set.of()).contains(keyId)) {
                throw RepositoryProblem.ONLINE_KEY_NOT_TRUSTED.with("role", role, "keyid", keyId);
              }
            });
  }

  /// A key that is trusted and there now, whatever is remembered of it.
  private Optional<Signer> present(TenantId tenant, OnlineRole role, Set<String> trusted) {
    for (int slot = 1; slot <= role.slots(); slot++) {
      Optional<Signer> signer =
          keys.look(tenant, role, slot)
              .held()
              .filter(each -> trusted.contains(Signers.keyOf(each).id()));
      if (signer.isPresent()) {
        return signer;
      }
    }
    return Optional.empty();
  }

  /// Whether another key comes in the place of one that is gone: where something is signed that
  /// names it, or a fleet is named.
  private static boolean isReplaced(OnlineRole role, CeremonyWish wish) {
    return role.document()
        .map(wish.documents()::contains)
        .orElseGet(() -> wish.fleets().stream().map(OnlineRole::of).anyMatch(role::equals));
  }

  /// Nothing else is published before root names a key that signs snapshot and timestamp.
  private static void requireFreshness(
      CeremonyWish wish, Set<OnlineRole> lost, Set<OnlineRole> replaced) {
    boolean signs = !lost.contains(OnlineRole.FRESHNESS) || replaced.contains(OnlineRole.FRESHNESS);
    if (!signs && wish.documents().contains(RoleName.TARGETS)) {
      throw RepositoryProblem.REPOSITORY_KEYS_MISSING.with(
          "detail", "that of freshness is gone, and root must name another");
    }
  }

  /// Devices pin the key of manifests: it is made once, and nothing comes in its place.
  private Optional<Signer> manifests(TenantId tenant) {
    KeySlot slot = keys.look(tenant, OnlineRole.MANIFEST, MANIFEST_SLOT);
    return slot instanceof KeySlot.Free
        ? keys.make(tenant, OnlineRole.MANIFEST, MANIFEST_SLOT).held()
        : slot.held();
  }

  /// The newest keys of roles, made where the newest is trusted already or gone.
  private Map<String, Signer> newest(Caller caller, Map<OnlineRole, Set<String>> trusted) {
    if (trusted.isEmpty()) {
      return Map.of();
    }
    TenantId tenant = caller.tenant();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      TrustRecord record = store.find(tenant).orElse(TrustRecord.none(tenant));
      TrustRecord next = record;
      Map<OnlineRole, Integer> slots = new LinkedHashMap<>();
      for (Map.Entry<OnlineRole, Set<String>> entry : trusted.entrySet()) {
        int slot = slot(record, entry.getKey(), entry.getValue());
        slots.put(entry.getKey(), slot);
        next = next.withNewest(entry.getKey(), slot);
      }
      if (next.newest().equals(record.newest())
          || store.put(next, Optional.empty(), audit.keysMade(caller, slots))) {
        return made(tenant, slots);
      }
    }
    throw RepositoryProblem.CEREMONY_CHANGED.with();
  }

  private int slot(TrustRecord record, OnlineRole role, Set<String> trusted) {
    Integer newest = record.newest().get(role.id());
    if (newest == null) {
      return keys.free(record.tenant(), role);
    }
    return switch (keys.look(record.tenant(), role, newest)) {
      case KeySlot.Free free -> newest;
      case KeySlot.Holds(Signer signer) when !trusted.contains(Signers.keyOf(signer).id()) ->
          newest;
      case KeySlot.Holds trustedAlready -> keys.free(record.tenant(), role);
      case KeySlot.Blocked blocked -> keys.free(record.tenant(), role);
    };
  }

  private Map<String, Signer> made(TenantId tenant, Map<OnlineRole, Integer> slots) {
    Map<String, Signer> made = new LinkedHashMap<>();
    slots.forEach(
        (role, slot) -> {
          KeySlot there = keys.look(tenant, role, slot);
          made.put(
              role.id(),
              (there instanceof KeySlot.Free ? keys.make(tenant, role, slot) : there)
                  .held()
                  .orElseThrow(() -> RepositoryProblem.CEREMONY_CHANGED.with()));
        });
    return made;
  }

  /// Refuses offline keys that are online anyway: they would only look like keys that people keep.
  static void refuseOnlineKeys(CeremonyWish wish, Chosen chosen, Optional<RepositoryState> state) {
    Set<String> online = new HashSet<>();
    chosen.signers().values().forEach(signer -> online.add(Signers.keyOf(signer).id()));
    for (OnlineRole role : roles(wish)) {
      state.ifPresent(published -> online.addAll(role.trustedIn(published)));
    }
    for (Optional<Root.Assignment> offline : List.of(wish.root(), wish.targets())) {
      for (TufKey key : offline.map(Root.Assignment::keys).orElse(List.of())) {
        if (online.contains(key.id())) {
          throw CeremonyWish.wrong("keys", key.id() + " is a key that is online");
        }
      }
    }
  }
}
