package io.firmament.tuf.client;

import io.firmament.tuf.Delegation;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A TUF client (section 5): it keeps a copy of a repository's metadata that it trusts, and gets
/// target files that this metadata vouches for.
///
/// Each [#refresh] is an update cycle with its own fixed start time; [#find] and [#download] belong
/// to the last one. Whatever goes wrong, and wherever the process is stopped, the store holds only
/// metadata that was checked, and the next cycle goes on from there. For one thread at a time.
public final class TufClient {
  private final TrustedStore store;
  private final Fetcher fetcher;
  private final String metadataUrl;
  private final TargetDownload downloads;
  private final ClientLimits limits;
  private final Clock clock;
  private @Nullable TrustedMetadata trusted;

  /// @param metadata where the repository's metadata is
  /// @param targets where its target files are
  public TufClient(
      TrustedStore store,
      Fetcher fetcher,
      URI metadata,
      URI targets,
      ClientLimits limits,
      Clock clock) {
    this.store = store;
    this.fetcher = fetcher;
    this.metadataUrl = withSlash(metadata);
    this.downloads = new TargetDownload(fetcher, withSlash(targets), limits.targetBytes());
    this.limits = limits;
    this.clock = clock;
  }

  /// Gives a store its first trusted root (5.2), which came with the device. A root that the store
  /// has already is kept if it is the same or a later one.
  ///
  /// @throws TufException where the file is no root signed by its own keys, or is not the root of
  ///     that version which the store trusts
  public static void initialize(TrustedStore store, byte[] rootFile) throws TufException {
    Metadata<Root> given = Metadata.root(rootFile);
    given.signed().verify(RoleName.ROOT, given, "5.2");
    try {
      Optional<byte[]> present = store.read(RoleName.ROOT);
      if (present.isEmpty()) {
        store.write(RoleName.ROOT, rootFile);
        return;
      }
      Root kept = Metadata.root(present.get()).signed();
      boolean other =
          kept.version() < given.signed().version()
              || (kept.version() == given.signed().version()
                  && !Arrays.equals(present.get(), rootFile));
      if (other) {
        throw new TufException(Reason.STORE, "5.2", "the store trusts another root");
      }
    } catch (IOException e) {
      throw storeFailed("5.2", e);
    }
  }

  /// Runs an update cycle: root, timestamp, snapshot and the top-level targets (5.1 to 5.6.6).
  ///
  /// @throws TufException where a step fails; what was trusted up to there is kept
  public void refresh() throws TufException {
    trusted = null;
    // 5.1: one time for the whole cycle.
    TrustedMetadata cycle = new TrustedMetadata(clock.instant(), trustedRoot());
    updateRoot(cycle);
    updateTimestamp(cycle);
    updateSnapshot(cycle);
    targets(cycle, new TrustedMetadata.ByRoot(cycle.root()));
    trusted = cycle;
  }

  /// Looks a target up (5.6.7) in the metadata of the last cycle, or of a new one where there was
  /// none: a pre-order depth-first search from the top-level targets role.
  ///
  /// @throws TufException with [Reason#NO_SUCH_TARGET], or where a role on the way cannot be had or
  ///     trusted: the search ends there
  public Target find(String path) throws TufException {
    if (trusted == null) {
      refresh();
    }
    TrustedMetadata cycle = Objects.requireNonNull(trusted);
    Deque<TrustedMetadata.Delegator> toVisit = new ArrayDeque<>();
    toVisit.push(new TrustedMetadata.ByRoot(cycle.root()));
    Set<String> visited = new HashSet<>();
    while (!toVisit.isEmpty() && visited.size() < limits.rolesVisited()) {
      TrustedMetadata.Delegator delegator = toVisit.pop();
      // 5.6.7.1: a role that was visited is skipped, so that cycles end.
      if (!visited.add(delegator.role())) {
        continue;
      }
      Targets targets = targets(cycle, delegator).signed();
      TargetFile file = targets.targets().get(path);
      if (file != null) {
        return new Target(path, file, delegator.role(), cycle.root().consistentSnapshot());
      }
      targets.delegations().ifPresent(delegations -> descend(delegations, path, toVisit));
    }
    // 5.7.2
    throw new TufException(Reason.NO_SUCH_TARGET, "5.7.2", "there is no target " + path);
  }

  /// 5.6.7.2: the delegations that the path belongs to, in order of appearance, before whatever was
  /// still to be visited; after a terminating one nothing is.
  private static void descend(
      Delegations delegations, String path, Deque<TrustedMetadata.Delegator> toVisit) {
    Deque<TrustedMetadata.Delegator> children = new ArrayDeque<>();
    for (Delegation delegation : delegations.matching(path)) {
      children.push(new TrustedMetadata.ByTargets(delegations, delegation));
      if (delegation.terminating()) {
        toVisit.clear();
        break;
      }
    }
    children.forEach(toVisit::push);
  }

  /// Gets a target file (5.7.3). Where the file is there already with the right length and hashes
  /// it is not fetched again.
  ///
  /// @param file takes the verified content, whole or not at all
  /// @return whether it had to be fetched
  public boolean download(Target target, Path file) throws TufException {
    return downloads.get(target, file);
  }

  /// Reads what the director says to a device, by the keys that the top-level targets of the last
  /// cycle, or of a new one where there was none, delegates to it. Whether it is for this device,
  /// and newer than what came before, is for the caller to see.
  ///
  /// @throws TufException where it is not signed by the director, or has expired when the cycle
  ///     began
  public DeviceAssignment assignment(byte[] file) throws TufException {
    if (trusted == null) {
      refresh();
    }
    return Objects.requireNonNull(trusted).checkAssignment(file);
  }

  /// The versions of the metadata that the last cycle trusts, by role; empty before the first.
  public Map<String, Long> versions() {
    return trusted == null ? Map.of() : trusted.versions();
  }

  private byte[] trustedRoot() throws TufException {
    try {
      return store
          .read(RoleName.ROOT)
          .orElseThrow(
              () ->
                  new TufException(Reason.STORE, "5.2", "there is no trusted root to begin with"));
    } catch (IOException e) {
      throw storeFailed("5.2", e);
    }
  }

  /// 5.3: one root after the other, each checked against the one before it.
  private void updateRoot(TrustedMetadata cycle) throws TufException {
    // 5.3.3: up to Y new roots; 5.3.9 repeats.
    for (int i = 0; i < limits.rootRotations(); i++) {
      String name = RoleName.fileName(cycle.root().version() + 1, RoleName.ROOT);
      Optional<byte[]> file = fetch(name, limits.rootBytes(), "5.3.3");
      if (file.isEmpty()) {
        break;
      }
      Root next = cycle.checkRoot(file.get());
      forgetRevoked(cycle.root(), next);
      cycle.trust(next);
      save(RoleName.ROOT, file.get(), "5.3.8");
    }
    cycle.finishRoot();
  }

  /// 5.3.11: after keys of timestamp or snapshot were taken away, their trusted metadata goes, so
  /// that versions run up by whoever had the keys do not bind. It goes before the new root is kept:
  /// a stop between the two then costs a comparison with older metadata, and never the recovery.
  private void forgetRevoked(Root root, Root next) throws TufException {
    if (root.revokes(next, RoleName.TIMESTAMP) || root.revokes(next, RoleName.SNAPSHOT)) {
      try {
        store.delete(RoleName.TIMESTAMP);
        store.delete(RoleName.SNAPSHOT);
      } catch (IOException e) {
        throw storeFailed("5.3.11", e);
      }
    }
  }

  private void updateTimestamp(TrustedMetadata cycle) throws TufException {
    ignoringRefusal(
        stored(RoleName.TIMESTAMP),
        file -> {
          cycle.loadTimestamp(file);
          return true;
        });
    byte[] file =
        fetch(RoleName.fileName(RoleName.TIMESTAMP), limits.timestampBytes(), "5.4.1")
            .orElseThrow(() -> missing("5.4.1", RoleName.TIMESTAMP));
    if (cycle.updateTimestamp(file)) {
      save(RoleName.TIMESTAMP, file, "5.4.5");
    }
    cycle.finishTimestamp();
  }

  private void updateSnapshot(TrustedMetadata cycle) throws TufException {
    if (ignoringRefusal(stored(RoleName.SNAPSHOT), cycle::loadSnapshot)) {
      return;
    }
    byte[] file =
        fetch(
                fileName(cycle, RoleName.SNAPSHOT, cycle.snapshotFile().version()),
                cycle.snapshotFile().maxLength(limits.snapshotBytes()),
                "5.5.1")
            .orElseThrow(() -> missing("5.5.1", RoleName.SNAPSHOT));
    cycle.updateSnapshot(file);
    save(RoleName.SNAPSHOT, file, "5.5.7");
  }

  /// A targets role as this delegator wants it: the one this cycle has, the one in the store, or
  /// the repository's. The delegator's keys are asked of each, for two may trust one role
  /// differently.
  private Metadata<Targets> targets(TrustedMetadata cycle, TrustedMetadata.Delegator delegator)
      throws TufException {
    String role = delegator.role();
    Optional<Metadata<Targets>> known = cycle.targets(role);
    if (known.isPresent()) {
      delegator.verify(known.get());
      return known.get();
    }
    if (ignoringRefusal(
        stored(role),
        file -> {
          cycle.updateTargets(delegator, file);
          return true;
        })) {
      return cycle.targets(role).orElseThrow();
    }
    byte[] file =
        fetch(
                fileName(cycle, role, cycle.targetsFile(role).version()),
                cycle.targetsFile(role).maxLength(limits.targetsBytes()),
                "5.6.1")
            .orElseThrow(() -> missing("5.6.1", role));
    Metadata<Targets> targets = cycle.updateTargets(delegator, file);
    save(role, file, "5.6.6");
    return targets;
  }

  /// Metadata of an earlier update is used where it still holds, and is as good as absent where
  /// not.
  private static boolean ignoringRefusal(Optional<byte[]> file, Check check) {
    try {
      return file.isPresent() && check.accepts(file.get());
    } catch (TufException e) {
      return false;
    }
  }

  private static String fileName(TrustedMetadata cycle, String role, long version) {
    // 5.3.12
    return cycle.root().consistentSnapshot()
        ? RoleName.fileName(version, role)
        : RoleName.fileName(role);
  }

  private Optional<byte[]> stored(String role) {
    try {
      return store.read(role);
    } catch (IOException e) {
      // What cannot be read is fetched again.
      return Optional.empty();
    }
  }

  private void save(String role, byte[] file, String clause) throws TufException {
    try {
      store.write(role, file);
    } catch (IOException e) {
      throw storeFailed(clause, e);
    }
  }

  private Optional<byte[]> fetch(String name, long maxLength, String clause) throws TufException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream sink = new LimitedSink(file, maxLength)) {
      return fetcher.fetch(URI.create(metadataUrl + name), sink)
          ? Optional.of(file.toByteArray())
          : Optional.empty();
    } catch (LimitedSink.Exceeded e) {
      throw new TufException(
          Reason.TOO_LARGE, clause, name + " has more than " + maxLength + " bytes", e);
    } catch (IOException e) {
      throw new TufException(Reason.UNAVAILABLE, clause, name + " could not be fetched", e);
    }
  }

  private static TufException missing(String clause, String role) {
    return new TufException(
        Reason.UNAVAILABLE, clause, "the repository does not have its " + role + " metadata");
  }

  private static TufException storeFailed(String clause, IOException e) {
    return new TufException(Reason.STORE, clause, "the trusted metadata cannot be used", e);
  }

  private static String withSlash(URI base) {
    String text = base.toString();
    return text.endsWith("/") ? text : text + "/";
  }

  /// Takes a file in, or refuses it.
  private interface Check {
    boolean accepts(byte[] file) throws TufException;
  }
}
