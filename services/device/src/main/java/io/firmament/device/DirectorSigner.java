package io.firmament.device;

import io.firmament.base.LastUsed;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.AssignmentSigner;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.StrategyJson;
import io.firmament.trust.KeyGoneException;
import io.firmament.trust.Signer;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Director;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Signs what devices are told with the key that the published targets of the tenant's repository
/// trust as `director`. The file that is
/// meant is the one that the fleet's role lists for the artifact's version. Where none is listed
/// any more, devices are not told to install it, and still told to return from it: that takes
/// nothing from the repository.
public final class DirectorSigner implements AssignmentSigner {
  /// How long a device takes a document.
  static final Duration LIFE = Duration.ofHours(12);

  /// How long what the repository says is believed: a wave asks for the same again and again.
  private static final Duration FRESH = Duration.ofSeconds(10);

  /// The same for what is not there: it may have been published a moment ago.
  private static final Duration ASKED_ANEW = Duration.ofSeconds(1);

  private static final int MAX_FLEETS = 200;

  private final Repositories repositories;
  private final Clock clock;
  private final LastUsed<Key, Read> reads = new LastUsed<>(MAX_FLEETS);

  public DirectorSigner(Repositories repositories, Clock clock) {
    this.repositories = repositories;
    this.clock = clock;
  }

  /// The repositories of the tenants.
  public interface Repositories {
    /// What a tenant's repository says to the devices of a fleet.
    Said said(TenantId tenant, FleetName fleet);

    /// What was published to a fleet, also when it was withdrawn since; empty where it never was.
    Optional<Published> published(TenantId tenant, FleetName fleet, ArtifactRef artifact);
  }

  /// What published metadata says.
  ///
  /// @param fleet what the role of the fleet lists; empty where the tenant has no repository, or
  ///     the fleet no role in it
  /// @param directors ids of the keys that devices believe as director
  /// @param director the one of them that signs here; empty where none does
  public record Said(Optional<Targets> fleet, Set<String> directors, Optional<Signer> director) {
    public Said {
      directors = Set.copyOf(directors);
    }

    /// Nothing, for there is no repository.
    static Said nothing() {
      return new Said(Optional.empty(), Set.of(), Optional.empty());
    }
  }

  /// A file that was published.
  ///
  /// @param kind of the artifact
  public record Published(String path, TargetFile file, String kind) {}

  private record Key(TenantId tenant, FleetName fleet) {}

  private record Read(Said said, Instant at) {}

  @Override
  public Outcome sign(Device device, DeviceAssignments.Told told) {
    ArtifactRef artifact = told.artifact();
    String folder = "fleets/%s/%s/%s/".formatted(device.fleet(), artifact.id(), artifact.version());
    List<Map.Entry<String, TargetFile>> files = files(device, folder, FRESH);
    if (files.size() != 1) {
      files = files(device, folder, ASKED_ANEW);
    }
    boolean withdrawn = files.isEmpty() && told.assignment().action() == Assignment.Action.REVERT;
    if (files.size() != 1 && !withdrawn) {
      return new Outcome.Unsigned(
          "the repository lists %d files in %s".formatted(files.size(), folder));
    }
    Optional<Published> published =
        withdrawn
            ? repositories.published(device.tenant(), device.fleet(), artifact)
            : listed(files.getFirst());
    if (published.isEmpty()) {
      return new Outcome.Unsigned(
          withdrawn
              ? artifact + " was never published to the fleet"
              : "the target in " + folder + " does not say its kind");
    }
    try {
      return said(device, FRESH)
          .director()
          .<Outcome>map(key -> sign(device, told, published.get(), key))
          .orElseGet(
              () -> new Outcome.Unsigned("no key is here that the repository trusts as director"));
    } catch (KeyGoneException e) {
      return new Outcome.Unsigned("the key of the director is gone");
    }
  }

  @Override
  public boolean stands(Device device, byte[] document) {
    Set<String> directors = said(device, FRESH).directors();
    return signers(document).anyMatch(directors::contains);
  }

  private static Stream<String> signers(byte[] document) {
    try {
      return Metadata.assignment(document).signatures().stream().map(RoleSignature::keyId);
    } catch (TufException e) {
      throw new IllegalStateException("what the director has signed can be read", e);
    }
  }

  private Outcome sign(
      Device device, DeviceAssignments.Told told, Published published, Signer key) {
    Instant issued = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Instant expires = issued.plus(LIFE).truncatedTo(ChronoUnit.SECONDS);
    Assignment assignment = told.assignment();
    ArtifactRef artifact = told.artifact();
    DeviceAssignment document =
        DeviceAssignment.of(
            issued,
            expires,
            new DeviceAssignment.Device(
                device.tenant().toString(), device.fleet().value(), device.name().value()),
            told.rollout().id().toString(),
            assignment.attempt(),
            told.installs() ? DeviceAssignment.Action.APPLY : DeviceAssignment.Action.REVERT,
            new DeviceAssignment.Artifact(artifact.id(), artifact.version(), published.kind()),
            published.path(),
            published.file(),
            object(StrategyJson.write(told.rollout().wish().probe())));
    return new Outcome.Signed(Director.sign(document, key), issued, expires);
  }

  private static Optional<Published> listed(Map.Entry<String, TargetFile> file) {
    return file.getValue()
        .custom()
        .flatMap(DirectorSigner::kind)
        .map(kind -> new Published(file.getKey(), file.getValue(), kind));
  }

  /// The files of a folder, as they were listed at most so long ago.
  private List<Map.Entry<String, TargetFile>> files(Device device, String folder, Duration age) {
    return said(device, age).fleet().stream()
        .flatMap(each -> each.targets().entrySet().stream())
        .filter(entry -> entry.getKey().startsWith(folder))
        .toList();
  }

  private Said said(Device device, Duration age) {
    Key key = new Key(device.tenant(), device.fleet());
    Instant now = clock.instant();
    return reads
        .find(key)
        .filter(read -> now.isBefore(read.at().plus(age)))
        .orElseGet(
            () -> {
              Read read = new Read(repositories.said(key.tenant(), key.fleet()), now);
              reads.put(key, read);
              return read;
            })
        .said();
  }

  private static Optional<String> kind(Json.Obj custom) {
    return custom.get("artifact") instanceof Json.Obj artifact
            && artifact.get("kind") instanceof Json.Text(String kind)
        ? Optional.of(kind)
        : Optional.empty();
  }

  private static Json.Obj object(Map<String, Object> members) {
    Json.Obj object = Json.Obj.EMPTY;
    for (Map.Entry<String, Object> member : members.entrySet()) {
      object = object.with(member.getKey(), json(member.getValue()));
    }
    return object;
  }

  /// What a probe is made of.
  private static Json json(@Nullable Object value) {
    return switch (value) {
      case Number number -> new Json.Int(number.longValue());
      case List<?> list -> new Json.Arr(list.stream().map(DirectorSigner::json).toList());
      case null, default -> new Json.Text(String.valueOf(value));
    };
  }
}
