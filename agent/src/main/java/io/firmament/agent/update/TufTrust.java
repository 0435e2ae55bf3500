package io.firmament.agent.update;

import io.firmament.agent.update.RefusedException.Reason;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.Target;
import java.time.Instant;

/// Trust by The Update Framework: the root that the device has pinned, and what follows from it.
public final class TufTrust implements Trust {
  private final TrustedRepository repository;
  private final Owner owner;

  public TufTrust(TrustedRepository repository, Owner owner) {
    this.repository = repository;
    this.owner = owner;
  }

  @Override
  public void refresh() throws RefusedException, TroubleException {
    try {
      repository.refresh();
    } catch (TufException e) {
      throw ofMetadata(e);
    }
  }

  /// Trouble of the way, or metadata that must not be believed.
  private static RefusedException ofMetadata(TufException e) throws TroubleException {
    return switch (e.reason()) {
      case UNAVAILABLE, STORE -> throw new TroubleException("the repository", e);
      case MALFORMED,
          WRONG_ROLE,
          SPEC_VERSION,
          NOT_SIGNED,
          ROLLBACK,
          EXPIRED,
          VERSION_MISMATCH,
          CONTENT_MISMATCH,
          TOO_LARGE,
          NO_SUCH_TARGET ->
          new RefusedException(Reason.METADATA, e.reason() + ": " + e.getMessage(), e);
    };
  }

  @Override
  public Order verify(byte[] signed) throws RefusedException {
    DeviceAssignment said;
    try {
      said = repository.assignment(signed);
    } catch (TufException e) {
      Reason reason =
          switch (e.reason()) {
            case NOT_SIGNED -> Reason.NOT_SIGNED;
            case EXPIRED -> Reason.EXPIRED;
            case MALFORMED, WRONG_ROLE, SPEC_VERSION, CONTENT_MISMATCH -> Reason.MALFORMED;
            case ROLLBACK, VERSION_MISMATCH, TOO_LARGE, UNAVAILABLE, NO_SUCH_TARGET, STORE ->
                Reason.METADATA;
          };
      throw new RefusedException(reason, String.valueOf(e.getMessage()), e);
    }
    requireOurs(said);
    return order(said);
  }

  private void requireOurs(DeviceAssignment said) throws RefusedException {
    Owner meant = new Owner(said.device().tenant(), said.device().fleet(), said.device().name());
    if (!meant.equals(owner)) {
      throw new RefusedException(Reason.NOT_OURS, "it is for " + meant);
    }
    if (!said.path().startsWith("fleets/" + owner.fleet() + "/")) {
      throw new RefusedException(Reason.NOT_OURS, "its target is of another fleet");
    }
  }

  private static Order order(DeviceAssignment said) throws RefusedException {
    String sha256 = said.target().hashes().byAlgorithm().get(Hashes.SHA256);
    boolean good =
        sha256 != null && sha256.matches("[0-9a-f]{64}") && said.attempt() <= Integer.MAX_VALUE;
    if (!good || sha256 == null) {
      throw new RefusedException(Reason.MALFORMED, "it names no file by its SHA-256");
    }
    return new Order(
        new Order.Key(said.rollout(), (int) said.attempt()),
        switch (said.action()) {
          case APPLY -> Order.Action.APPLY;
          case REVERT -> Order.Action.REVERT;
        },
        new Order.Artifact(
            said.artifact().name(), said.artifact().version(), said.artifact().kind()),
        new Order.Target(said.path(), said.target().length(), sha256),
        said.probe(),
        Instant.ofEpochMilli(said.version()),
        said.expires());
  }

  @Override
  public Delivery resolve(Order order) throws RefusedException, TroubleException, UnfitException {
    Target target;
    try {
      target = repository.find(order.target().path());
    } catch (TufException e) {
      if (e.reason() == TufException.Reason.NO_SUCH_TARGET) {
        throw new RefusedException(Reason.NOT_PUBLISHED, String.valueOf(e.getMessage()), e);
      }
      throw ofMetadata(e);
    }
    boolean same =
        target.file().length() == order.target().length()
            && order.target().sha256().equals(target.file().hashes().byAlgorithm().get("sha256"));
    if (!same) {
      throw new RefusedException(
          Reason.NOT_PUBLISHED, "the metadata lists another file as " + order.target().path());
    }
    return delivery(target, order);
  }

  private static Delivery delivery(Target target, Order order)
      throws RefusedException, UnfitException {
    Json.Obj custom = target.file().custom().orElse(Json.Obj.EMPTY);
    if (!(custom.get("artifact") instanceof Json.Obj artifact)) {
      throw new RefusedException(
          Reason.NOT_PUBLISHED, "the metadata does not say of which artifact the target is");
    }
    try {
      JsonFields fields = new JsonFields(artifact, "artifact");
      Order.Artifact listed =
          new Order.Artifact(fields.text("name"), fields.text("version"), fields.text("kind"));
      if (!listed.equals(order.artifact())) {
        throw new RefusedException(
            Reason.NOT_PUBLISHED, "the metadata lists the target as " + listed);
      }
      return Delivery.read(artifact);
    } catch (IllegalArgumentException e) {
      throw new UnfitException(String.valueOf(e.getMessage()));
    }
  }
}
