package io.firmament.platform.artifact;

import io.firmament.base.ArtifactId;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.ObjectInfo;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ObjectUpload;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.trust.RepositoryProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// How an artifact gets into the signed metadata and out of it. It can be stopped anywhere: calling
/// again goes on, and so does [#sweep] when nobody calls.
///
/// Publishing: the bytes are checked against what was announced and put under their hash, where
/// nothing refers to them; the artifact is marked as being published; each fleet's metadata is
/// signed; and in one transaction the artifact is published, the audit trail says so, and rollouts
/// may use it. So there is no published artifact without signatures, and no listed target without
/// its bytes. Withdrawing is the same backwards: rollouts forget it first.
///
/// What a stop leaves between the metadata and the catalogue is settled by the metadata: signing
/// what is signed already changes nothing and is the proof that it is there.
public final class Publishing {
  /// Who acts where nobody asked.
  static final String PLATFORM = "platform";

  private static final Log LOG = Log.of(Publishing.class);
  private static final int ATTEMPTS = 16;
  private static final int BUFFER = 256 * 1024;
  private static final Duration RETRY = Duration.ofMinutes(15);

  private final ArtifactStore store;
  private final SignedTargets signed;
  private final RolloutStore rollouts;
  private final ObjectStore artifacts;
  private final ObjectStore uploads;
  private final Clock clock;
  private final Ids ids;

  /// @param rollouts which give out what is published
  /// @param artifacts where devices fetch from
  /// @param uploads where bytes come from
  public Publishing(
      ArtifactStore store,
      SignedTargets signed,
      RolloutStore rollouts,
      ObjectStore artifacts,
      ObjectStore uploads,
      Clock clock,
      Ids ids) {
    this.store = store;
    this.signed = signed;
    this.rollouts = rollouts;
    this.artifacts = artifacts;
    this.uploads = uploads;
    this.clock = clock;
    this.ids = ids;
  }

  /// Refuses where nothing can be signed yet.
  public void requireRepository(TenantId tenant) {
    if (!signed.begun(tenant)) {
      throw RepositoryProblem.REPOSITORY_NOT_BEGUN.with();
    }
  }

  /// Publishes an artifact, from wherever an earlier call stopped; one that is published stays as
  /// it is.
  ///
  /// @param actor as audit events name one
  /// @throws ProblemException where its bytes are missing or others than announced, where there is
  ///     no repository, where some fleet's metadata could not be signed, or where it was withdrawn
  public Artifact publish(String actor, TenantId tenant, ArtifactId id) {
    boolean mayBeListed = false;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Artifact artifact = get(tenant, id);
      switch (artifact.state()) {
        case PUBLISHED -> {
          return artifact;
        }
        case WITHDRAWING, WITHDRAWN, DISCARDED -> {
          if (mayBeListed) {
            unlist(artifact);
          }
          throw notInState(artifact, "a draft");
        }
        case DRAFT -> {
          requireRepository(tenant);
          place(artifact);
          write(artifact.publishing(now()), actor, "artifact.publishing");
        }
        case PUBLISHING -> {
          place(artifact);
          mayBeListed = true;
          list(artifact);
          Artifact published = artifact.published(now());
          if (write(published, actor, "artifact.published")) {
            LOG.info("artifact_published", "tenant", tenant, "artifact", artifact.ref());
            return published.stored();
          }
        }
      }
    }
    throw ArtifactProblem.ARTIFACT_CHANGED.with("artifact", get(tenant, id).ref());
  }

  /// Takes an artifact back, from wherever an earlier call stopped. A draft is given up.
  ///
  /// Rollouts forget it first, so that none begins after that; where one has begun before, the
  /// artifact is published again.
  ///
  /// @param actor as audit events name one
  /// @param reason for the audit trail
  /// @throws ProblemException where a rollout gives it out, or some fleet's metadata could not be
  ///     signed
  public Artifact withdraw(String actor, TenantId tenant, ArtifactId id, Optional<String> reason) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Artifact artifact = get(tenant, id);
      switch (artifact.state()) {
        case WITHDRAWN, DISCARDED -> {
          return artifact;
        }
        case DRAFT -> write(artifact.discarded(now()), actor, "artifact.discarded", reason);
        case PUBLISHING, PUBLISHED -> {
          Optional<Rollout> rollout = rollouts.givingOut(tenant, artifact.ref());
          if (rollout.isPresent()) {
            throw givenOut(artifact, rollout.get());
          }
          write(artifact.withdrawing(now()), actor, "artifact.withdrawing", reason);
        }
        case WITHDRAWING -> {
          Optional<Rollout> rollout = rollouts.givingOut(tenant, artifact.ref());
          if (rollout.isPresent()) {
            write(artifact.publishing(now()), PLATFORM, "artifact.publishing");
            publish(PLATFORM, tenant, id);
            throw givenOut(artifact, rollout.get());
          }
          unlist(artifact);
          write(artifact.withdrawn(now()), actor, "artifact.withdrawn");
        }
      }
    }
    throw ArtifactProblem.ARTIFACT_CHANGED.with("artifact", get(tenant, id).ref());
  }

  /// Goes on with what was stopped, of all tenants, and makes sure that nothing withdrawn is
  /// listed.
  ///
  /// @return how many artifacts were looked at
  public int sweep(int limit) {
    List<ArtifactStore.Due> due = store.due(now(), limit);
    for (ArtifactStore.Due each : due) {
      try {
        settle(each.tenant(), each.id());
      } catch (RuntimeException e) {
        LOG.warn("artifact_not_settled", "artifact", each.id(), "detail", e.getMessage());
        store
            .find(each.tenant(), each.id())
            .ifPresent(artifact -> store.postpone(artifact, Optional.of(now().plus(RETRY))));
      }
    }
    return due.size();
  }

  private void settle(TenantId tenant, ArtifactId id) {
    Artifact artifact = get(tenant, id);
    switch (artifact.state()) {
      case PUBLISHING -> publish(PLATFORM, tenant, id);
      case WITHDRAWING -> withdraw(PLATFORM, tenant, id, Optional.empty());
      case WITHDRAWN -> {
        unlist(artifact);
        store.postpone(artifact, Optional.empty());
      }
      case DRAFT, PUBLISHED, DISCARDED -> store.postpone(artifact, Optional.empty());
    }
  }

  private static ProblemException givenOut(Artifact artifact, Rollout rollout) {
    return ArtifactProblem.ARTIFACT_IN_ROLLOUT.with(
        "artifact",
        artifact.ref(),
        "rollout",
        rollout.id(),
        "status",
        rollout.progress().status().name().toLowerCase(Locale.ROOT));
  }

  Artifact get(TenantId tenant, ArtifactId id) {
    return store
        .find(tenant, id)
        .orElseThrow(() -> ArtifactProblem.ARTIFACT_NOT_FOUND.with("id", id));
  }

  // ---- bytes

  /// Puts the bytes where each fleet's clients will fetch them. What is there already was checked
  /// when it came: its name is its hash.
  private void place(Artifact artifact) {
    Content content = artifact.content();
    for (FleetName fleet : artifact.fleets()) {
      String key = ArtifactKeys.blob(artifact.tenant(), artifact.path(fleet), content.sha256());
      if (artifacts.find(key).isEmpty()) {
        copy(artifact, key);
      }
    }
  }

  private void copy(Artifact artifact, String key) {
    Content content = artifact.content();
    ObjectInfo there =
        uploads
            .find(content.source())
            .orElseThrow(
                () -> ArtifactProblem.ARTIFACT_NOT_UPLOADED.with("artifact", artifact.ref()));
    if (there.size() != content.length()) {
      throw differs(artifact, "it has " + there.size() + " bytes, not " + content.length());
    }
    try (InputStream in = uploads.read(content.source()).orElseThrow();
        ObjectUpload out = artifacts.begin(key, "application/octet-stream")) {
      MessageDigest digest = Sha256.newDigest();
      byte[] buffer = new byte[BUFFER];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
      Sha256 sha256 = Sha256.ofDigest(digest.digest());
      if (out.size() != content.length() || !sha256.equals(content.sha256())) {
        throw differs(artifact, "its SHA-256 is " + sha256);
      }
      out.complete();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- metadata

  private void list(Artifact artifact) {
    Map<String, Object> custom = ArtifactJson.custom(artifact);
    Signatures signatures = new Signatures(artifact);
    for (FleetName fleet : artifact.fleets()) {
      SignedTargets.Target target =
          new SignedTargets.Target(
              artifact.path(fleet),
              artifact.content().length(),
              artifact.content().sha256(),
              custom);
      signatures.note(fleet, signed.publish(artifact.tenant(), fleet, target));
    }
    signatures.require();
  }

  private void unlist(Artifact artifact) {
    Signatures signatures = new Signatures(artifact);
    for (FleetName fleet : artifact.fleets()) {
      signatures.note(fleet, signed.withdraw(artifact.tenant(), fleet, artifact.path(fleet)));
    }
    signatures.require();
  }

  /// For which fleets the metadata says what it shall, and for which it does not.
  private static final class Signatures {
    private final Artifact artifact;
    private final List<String> done = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    Signatures(Artifact artifact) {
      this.artifact = artifact;
    }

    void note(FleetName fleet, SignedTargets.Signing signing) {
      switch (signing) {
        case SignedTargets.Signing.Done _ -> done.add(fleet.value());
        case SignedTargets.Signing.Refused(String detail) ->
            missing.add("fleet " + fleet + ": " + detail);
        case SignedTargets.Signing.Contended _ ->
            missing.add("fleet " + fleet + ": others publish at this moment; repeat");
      }
    }

    void require() {
      if (!missing.isEmpty()) {
        throw ArtifactProblem.ARTIFACT_NOT_SIGNED.with(
            "artifact",
            artifact.ref(),
            "done",
            done.isEmpty() ? "(none)" : String.join(", ", done),
            "detail",
            String.join("; ", missing));
      }
    }
  }

  // ---- catalogue

  private boolean write(Artifact changed, String actor, String action) {
    return write(changed, actor, action, Optional.empty());
  }

  private boolean write(Artifact changed, String actor, String action, Optional<String> reason) {
    SortedMap<String, String> facts = changed.summary();
    reason.ifPresent(text -> facts.put("reason", text));
    return store.update(changed, audit(ids, changed, changed.changedAt(), actor, action, facts));
  }

  static AuditEvent audit(
      Ids ids,
      Artifact artifact,
      Instant at,
      String actor,
      String action,
      SortedMap<String, String> facts) {
    return new AuditEvent(
        ids.next(), artifact.tenant(), at, actor, action, "artifact:" + artifact.id(), facts);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static ProblemException differs(Artifact artifact, String detail) {
    return ArtifactProblem.ARTIFACT_CONTENT_DIFFERS.with(
        "artifact", artifact.ref(), "detail", detail);
  }

  static ProblemException notInState(Artifact artifact, String needed) {
    return ArtifactProblem.ARTIFACT_NOT_IN_STATE.with(
        "artifact", artifact.ref(), "state", artifact.state().word(), "needed", needed);
  }
}
