package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.trust.Signer;
import io.firmament.tuf.repository.Signers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The keys of tenants that sign without people. A key never leaves where it was made.
///
/// A role has [OnlineRole#slots] places for keys, numbered from 1: its first key, and those that
/// came in its place. Which of them is trusted is said by metadata and not here. Keys may be
/// deleted from any place, so a free one says nothing about the places after it.
public interface OnlineKeys {
  /// What is in a slot now.
  KeySlot look(TenantId tenant, OnlineRole role, int slot);

  /// Makes a key in a slot that is free. Whoever asks at the same moment gets the same key, and so
  /// does whoever asks again after a stop.
  ///
  /// @return what is in the slot then
  KeySlot make(TenantId tenant, OnlineRole role, int slot);

  /// The signers of a role that have one of these TUF key ids and are there. It may remember them:
  /// a key that is gone since then says so when it is to sign.
  default List<Signer> find(TenantId tenant, OnlineRole role, Set<String> keyIds) {
    Set<String> wanted = new HashSet<>(keyIds);
    List<Signer> found = new ArrayList<>();
    for (int slot = 1; slot <= role.slots() && !wanted.isEmpty(); slot++) {
      look(tenant, role, slot)
          .held()
          .filter(signer -> wanted.remove(Signers.keyOf(signer).id()))
          .ifPresent(found::add);
    }
    return found;
  }

  /// The signer in the first slot of a role that holds one, for a role whose keys no metadata names
  /// yet, or never. It may be remembered, as others are.
  default Optional<Signer> find(TenantId tenant, OnlineRole role) {
    for (int slot = 1; slot <= role.slots(); slot++) {
      Optional<Signer> signer = look(tenant, role, slot).held();
      if (signer.isPresent()) {
        return signer;
      }
    }
    return Optional.empty();
  }

  /// The signer in the first slot of a role that holds one now, made in the first free slot where
  /// none does.
  ///
  /// @throws io.firmament.base.ProblemException where no slot is free
  default Signer ensure(TenantId tenant, OnlineRole role) {
    // One pass: whoever makes a key in the free slot meanwhile makes it for all.
    int free = 0;
    for (int slot = 1; slot <= role.slots(); slot++) {
      switch (look(tenant, role, slot)) {
        case KeySlot.Holds(Signer signer) -> {
          return signer;
        }
        case KeySlot.Free nothing -> free = free == 0 ? slot : free;
        case KeySlot.Blocked blocked -> {}
      }
    }
    if (free == 0) {
      throw RepositoryProblem.ONLINE_KEY_SLOTS_TAKEN.with("role", role);
    }
    return make(tenant, role, free)
        .held()
        .orElseThrow(() -> RepositoryProblem.ONLINE_KEY_SLOTS_TAKEN.with("role", role));
  }

  /// The first free slot of a role.
  ///
  /// @throws io.firmament.base.ProblemException where none is free
  default int free(TenantId tenant, OnlineRole role) {
    for (int slot = 1; slot <= role.slots(); slot++) {
      if (look(tenant, role, slot) instanceof KeySlot.Free) {
        return slot;
      }
    }
    throw RepositoryProblem.ONLINE_KEY_SLOTS_TAKEN.with("role", role);
  }
}
