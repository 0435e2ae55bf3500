package io.firmament.registry;

import io.firmament.base.Ids;
import io.firmament.base.PageRequest;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.registry.ContainerImport;
import io.firmament.platform.registry.Image;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.Registry;
import io.firmament.platform.registry.RegistryProblem;
import io.firmament.platform.registry.RegistryTransport;
import io.firmament.platform.secret.Envelope;
import io.firmament.platform.secret.SoftwareDataKeys;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;

/// What an operator of one tenant does with registries, over real HTTP.
final class RegistryUnderTest {
  final Caller caller =
      new Caller(
          new TenantId(UUID.randomUUID()),
          new UserId(UUID.randomUUID()),
          "a@example.com",
          Caller.Credential.API_TOKEN,
          Set.of(Permission.values()),
          new ProductGroupAccess(Set.of(), java.util.Map.of()));
  final List<ContainerImport.Pinned> published = new ArrayList<>();
  final List<RegistryTransport.Ask> asked = new ArrayList<>();
  final Registries registries;
  private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");

  RegistryUnderTest() {
    this(HttpTransport.within(Reach.LOCAL));
  }

  RegistryUnderTest(RegistryTransport transport) {
    SecureRandom random = new SecureRandom();
    ContainerImport imports =
        (who, pinned) -> {
          if (pinned.version().equals("taken")) {
            throw RegistryProblem.REGISTRY_EXISTS.with("host", "the version");
          }
          published.add(pinned);
          return new ContainerImport.Outcome(
              ContainerImport.State.PUBLISHED, pinned.sbom().isPresent());
        };
    registries =
        new Registries(
            new MemoryRegistryStore(),
            new Envelope(SoftwareDataKeys.generate(random), random),
            new Registries.Shared(
                ask -> {
                  asked.add(ask);
                  return transport.ask(ask);
                },
                Reach.LOCAL,
                (tenant, host, role) -> {
                  throw new IllegalStateException("nobody asks AWS here");
                }),
            imports,
            new Stepped(),
            Ids.random());
  }

  /// A clock that goes on with the real one, from where it was set to.
  private final class Stepped extends Clock {
    private final long start = System.nanoTime();

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now.plusNanos(System.nanoTime() - start);
    }
  }

  void later(Duration duration) {
    now = now.plus(duration);
  }

  RegistryId anonymous(FakeRegistry registry) {
    return create(registry.host(), new Registries.Credentials("anonymous", null, null, null, null))
        .id();
  }

  RegistryId reader(FakeRegistry registry) {
    return with(registry, FakeRegistry.PASSWORD);
  }

  RegistryId with(FakeRegistry registry, String password) {
    return create(registry.host(), password(password)).id();
  }

  static Registries.Credentials password(String password) {
    return new Registries.Credentials("token", FakeRegistry.USER, new Secret(password), null, null);
  }

  Registry create(String host, Registries.Credentials credentials) {
    return registries.create(caller, host, "", credentials);
  }

  List<String> tags(RegistryId id, String repository) {
    return registries.tags(caller.tenant(), id, repository, PageRequest.first()).page().items();
  }

  Image image(RegistryId id, String repository, String tag) {
    return registries.image(caller.tenant(), id, repository, tag);
  }

  /// What a check finds wrong.
  Optional<Problem> trouble(RegistryId id) {
    return registries.check(caller.tenant(), id).problem().map(ProblemException::problem);
  }

  static ProblemException refused(Problem problem, Supplier<?> work) {
    ProblemException e = Assertions.assertThrows(ProblemException.class, work::get);
    Assertions.assertEquals(problem, e.problem(), e::getMessage);
    return e;
  }
}
