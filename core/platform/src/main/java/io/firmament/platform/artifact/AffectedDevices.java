package io.firmament.platform.artifact;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.firmware.Affected;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.rollout.ArtifactRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which devices run something that a vulnerability is in: the firmware whose latest analysis found
/// it, the artifacts that are this firmware, and the devices that say they have them installed.
///
/// What an assessment has found not to be affected is left out.
public final class AffectedDevices {
  private static final Comparator<ArtifactRef> ORDER =
      Comparator.comparing(ArtifactRef::id).thenComparing(ArtifactRef::version);

  /// Places of one vulnerability that are looked at, the same in several analyses included.
  private static final int MOST_PLACES = 10_000;

  private final FirmwareStore firmware;
  private final ArtifactStore artifacts;
  private final Devices devices;

  public AffectedDevices(FirmwareStore firmware, ArtifactStore artifacts, Devices devices) {
    this.firmware = firmware;
    this.artifacts = artifacts;
    this.devices = devices;
  }

  /// A device, what it runs, and what was found in that; a device that runs two such artifacts is
  /// there twice.
  public record Found(Devices.Seen device, Place place) {}

  /// An artifact with a vulnerability in it.
  public record Place(ArtifactRef artifact, FirmwareId firmware, CveMatch match) {}

  /// The artifacts that a vulnerability is in, by name and version, whether published or not.
  ///
  /// @param vulnerability its id or an alias, in any case
  public List<Place> places(TenantId tenant, String vulnerability) {
    Map<FirmwareId, CveMatch> found = new HashMap<>();
    Optional<Cursor> next = Optional.empty();
    int seen = 0;
    do {
      Page<Affected> page =
          firmware.affectedBy(tenant, vulnerability, new PageRequest(PageRequest.MAX_LIMIT, next));
      for (Affected each : page.items()) {
        if (each.match().score() >= 0 && isLatest(tenant, each)) {
          found.merge(each.firmware(), each.match(), AffectedDevices::worse);
        }
      }
      seen += page.items().size();
      next = page.next();
    } while (next.isPresent() && seen < MOST_PLACES);
    List<Place> places = new ArrayList<>();
    found.forEach((id, match) -> places.addAll(of(tenant, id, match)));
    places.sort(Comparator.comparing(Place::artifact, ORDER));
    return places;
  }

  private boolean isLatest(TenantId tenant, Affected place) {
    return firmware
        .find(tenant, place.firmware())
        .filter(is -> is.latestAnalysis().id().equals(place.analysis()))
        .isPresent();
  }

  private static CveMatch worse(CveMatch one, CveMatch other) {
    return other.score() > one.score() ? other : one;
  }

  private List<Place> of(TenantId tenant, FirmwareId id, CveMatch match) {
    return artifacts.ofFirmware(tenant, id).stream()
        .flatMap(artifact -> artifacts.find(tenant, artifact).stream())
        .filter(Artifact::holdsName)
        .map(artifact -> new Place(artifact.ref(), id, match))
        .toList();
  }

  /// How many [#list] lists.
  public long count(TenantId tenant, List<Place> places) {
    return places.stream().mapToLong(place -> devices.count(tenant, having(place))).sum();
  }

  /// The devices that run one of these, by artifact, version and name.
  ///
  /// @param places as [#places] gives them
  public Page<Found> list(TenantId tenant, List<Place> places, PageRequest request) {
    List<Found> found = new ArrayList<>();
    Optional<Position> from = request.cursor().map(Position::open);
    int passOver = request.offset();
    for (Place place : places) {
      int order = from.map(at -> ORDER.compare(place.artifact(), at.artifact())).orElse(1);
      if (order < 0) {
        continue;
      }
      if (passOver > 0) {
        long here = devices.count(tenant, having(place));
        if (here <= passOver) {
          passOver -= (int) here;
          continue;
        }
      }
      int left = request.limit() - found.size();
      if (left == 0) {
        return new Page<>(found, Optional.of(new Position(place.artifact(), "").seal()));
      }
      Optional<Cursor> inner =
          order == 0 ? from.flatMap(at -> at.inner()).map(Cursor::new) : Optional.empty();
      Page<Devices.Seen> page =
          devices.list(tenant, having(place), new PageRequest(left, inner, passOver));
      passOver = 0;
      page.items().forEach(device -> found.add(new Found(device, place)));
      if (page.next().isPresent()) {
        Position at = new Position(place.artifact(), page.next().get().value());
        return new Page<>(found, Optional.of(at.seal()));
      }
    }
    return Page.last(found);
  }

  private static FleetStore.Having having(Place place) {
    return new FleetStore.Having(place.artifact().id(), Optional.of(place.artifact().version()));
  }

  /// Where a page begins.
  ///
  /// @param cursor within the devices of the artifact; empty for their beginning
  private record Position(ArtifactRef artifact, String cursor) {
    private static final String BETWEEN = "\n";

    Optional<String> inner() {
      return cursor.isEmpty() ? Optional.empty() : Optional.of(cursor);
    }

    Cursor seal() {
      String text = String.join(BETWEEN, artifact.id(), artifact.version(), cursor);
      return new Cursor(
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    static Position open(Cursor cursor) {
      try {
        String text =
            new String(Base64.getUrlDecoder().decode(cursor.value()), StandardCharsets.UTF_8);
        String[] parts = text.split(BETWEEN, -1);
        if (parts.length == 3) {
          return new Position(new ArtifactRef(parts[0], parts[1]), parts[2]);
        }
      } catch (RuntimeException e) {
        throw BaseProblem.INVALID_CURSOR.with();
      }
      throw BaseProblem.INVALID_CURSOR.with();
    }
  }
}
