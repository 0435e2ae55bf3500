package io.firmament.platform.artifact;

import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Outcome;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// What is published, in the TUF repositories of tenants.
public final class RepositoryTargets implements SignedTargets {
  private final TenantRepositories repositories;
  private final Clock clock;

  public RepositoryTargets(TenantRepositories repositories, Clock clock) {
    this.repositories = repositories;
    this.clock = clock;
  }

  @Override
  public boolean begun(TenantId tenant) {
    return repositories.of(tenant).head().isPresent();
  }

  @Override
  public Signing publish(TenantId tenant, FleetName fleet, Target target) {
    Fleet role;
    try {
      role = repositories.ensureFleet(tenant, fleet, clock.instant());
    } catch (ProblemException e) {
      return new Signing.Refused(String.valueOf(e.getMessage()));
    }
    TargetFile file =
        TargetFile.of(target.length(), target.sha256().hex(), Optional.of(object(target.custom())));
    Outcome outcome =
        repositories
            .of(tenant)
            .publish(role, Map.of(target.path(), file), Set.of(), clock.instant());
    boolean other =
        outcome instanceof Outcome.Refused refused
            && refused.reason() == Outcome.Reason.CONTENT_DIFFERS;
    // Listed by an earlier build that said other things of the same file: that stands.
    return other && isListed(tenant, fleet, target) ? new Signing.Done() : signing(outcome);
  }

  private boolean isListed(TenantId tenant, FleetName fleet, Target target) {
    return find(tenant, fleet, target.path())
        .equals(Optional.of(new Listed(target.length(), target.sha256())));
  }

  @Override
  public Signing withdraw(TenantId tenant, FleetName fleet, String path) {
    Outcome outcome =
        repositories
            .of(tenant)
            .publish(new Fleet(fleet.value()), Map.of(), Set.of(path), clock.instant());
    boolean nothingListed =
        outcome instanceof Outcome.Refused refused
            && (refused.reason() == Outcome.Reason.NO_REPOSITORY
                || refused.reason() == Outcome.Reason.NO_SUCH_FLEET);
    return nothingListed ? new Signing.Done() : signing(outcome);
  }

  private static Signing signing(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Published _ -> new Signing.Done();
      case Outcome.Unchanged _ -> new Signing.Done();
      case Outcome.Refused refused ->
          new Signing.Refused(refused.reason() + ", " + refused.detail());
      case Outcome.Contended _ -> new Signing.Contended();
    };
  }

  @Override
  public Optional<Listed> find(TenantId tenant, FleetName fleet, String path) {
    return repositories
        .of(tenant)
        .state(new Fleet(fleet.value()))
        .flatMap(state -> state.role(new Fleet(fleet.value()).role()))
        .flatMap(targets -> Optional.ofNullable(targets.targets().get(path)))
        .flatMap(
            file ->
                Optional.ofNullable(file.hashes().byAlgorithm().get(Hashes.SHA256))
                    .map(hex -> new Listed(file.length(), new Sha256(hex))));
  }

  private static Json json(Object value) {
    return switch (value) {
      case String text -> new Json.Text(text);
      case Boolean flag -> new Json.Bool(flag);
      case Integer number -> new Json.Int(number);
      case Long number -> new Json.Int(number);
      case BigDecimal number -> new Json.Int(number.longValueExact());
      case Map<?, ?> map -> object(map);
      case List<?> list -> {
        List<Json> elements = new ArrayList<>();
        list.forEach(element -> elements.add(json(element)));
        yield new Json.Arr(elements);
      }
      default -> throw new IllegalArgumentException("not in metadata: " + value.getClass());
    };
  }

  private static Json.Obj object(Map<?, ?> map) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    map.forEach((name, value) -> members.put(String.valueOf(name), json(value)));
    return new Json.Obj(members);
  }
}
