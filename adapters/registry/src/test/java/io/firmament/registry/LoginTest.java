package io.firmament.registry;

import static io.firmament.registry.RegistryUnderTest.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.platform.registry.RegistryProblem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How registries are logged in to.
class LoginTest {
  private final FakeRegistry fake = FakeRegistry.start();
  private final RegistryUnderTest under = new RegistryUnderTest();

  @AfterEach
  void end() {
    fake.close();
  }

  @Test
  void showsNoCredentialsWhereNobodyAsks() {
    fake.image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    assertEquals(Optional.empty(), under.trouble(id));
    assertEquals(List.of("1"), under.tags(id, "team/app"));
    assertTrue(fake.seen().stream().allMatch(seen -> seen.authorization().isEmpty()));
  }

  @Test
  void logsInByBasicOnceItIsAsked() {
    fake.with(FakeRegistry.Auth.BASIC).image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    assertEquals(Optional.empty(), under.trouble(id));
    under.image(id, "team/app", "1");
    assertEquals(
        2,
        count("Basic ", false),
        "one refused request for what may be read, and one for the login");
  }

  @Test
  void exchangesTheLoginForATokenOfOneRepositoryThatMayPull() {
    fake.with(FakeRegistry.Auth.TOKEN).image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    assertEquals(List.of("1"), under.tags(id, "team/app"));
    List<FakeRegistry.Seen> seen = fake.seen();
    assertEquals(3, seen.size(), seen::toString);
    assertEquals("/token?service=fake, of ours&scope=repository:team/app:pull", seen.get(1).path());
    assertTrue(seen.get(1).authorization().startsWith("Basic "));
    assertTrue(seen.get(2).authorization().startsWith("Bearer token-"));
    assertFalse(seen.get(2).authorization().contains("Basic"));
  }

  @Test
  void keepsATokenUntilShortlyBeforeItsEndAndAsksAnewWhenItIsRevoked() {
    fake.with(FakeRegistry.Auth.TOKEN).withTokensFor(120);
    fake.image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    under.image(id, "team/app", "1");
    under.image(id, "team/app", "1");
    assertEquals(1, tokens());
    under.later(Duration.ofSeconds(100));
    under.image(id, "team/app", "1");
    assertEquals(1, tokens());
    under.later(Duration.ofSeconds(10));
    under.image(id, "team/app", "1");
    assertEquals(2, tokens());
    fake.revoke();
    under.image(id, "team/app", "1");
    assertEquals(3, tokens());
  }

  @Test
  void keepsNoTokenThatIsAboutToEnd() {
    fake.with(FakeRegistry.Auth.TOKEN).withTokensFor(1);
    fake.image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    under.tags(id, "team/app");
    under.later(Duration.ofMinutes(1));
    under.tags(id, "team/app");
    assertEquals(2, tokens());
  }

  @Test
  void usesNoTokenOfOldCredentialsOrOfAnotherConnection() {
    fake.with(FakeRegistry.Auth.TOKEN).image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    under.image(id, "team/app", "1");
    under.registries.change(
        under.caller,
        id,
        Optional.empty(),
        Optional.of(RegistryUnderTest.password("wrong-password")));
    refused(RegistryProblem.REGISTRY_LOGIN_REFUSED, () -> under.image(id, "team/app", "1"));
    RegistryUnderTest other = new RegistryUnderTest();
    RegistryId stranger = other.anonymous(fake);
    refused(RegistryProblem.REGISTRY_ACCESS_DENIED, () -> other.image(stranger, "team/app", "1"));
  }

  @Test
  void readsPublicRepositoriesWithoutALogin() {
    fake.with(FakeRegistry.Auth.TOKEN).image("public/app", "1", "linux", "arm64");
    RegistryId id = under.anonymous(fake);
    assertEquals(Optional.empty(), under.trouble(id));
    assertEquals(List.of("1"), under.tags(id, "public/app"));
    assertEquals("", fake.seen().get(1).authorization());
  }

  @Test
  void saysWhatIsWrongWithALogin() {
    assertEquals(Optional.empty(), under.trouble(under.anonymous(fake)), "one that asks for none");
    FakeRegistry basic = FakeRegistry.start().with(FakeRegistry.Auth.BASIC);
    FakeRegistry token = FakeRegistry.start().with(FakeRegistry.Auth.TOKEN);
    try (basic;
        token) {
      assertEquals(
          Optional.of(RegistryProblem.REGISTRY_LOGIN_REFUSED),
          under.trouble(under.with(basic, "no")));
      assertEquals(
          Optional.of(RegistryProblem.REGISTRY_LOGIN_REFUSED),
          under.trouble(under.with(token, "no")));
      RegistryUnderTest other = new RegistryUnderTest();
      assertEquals(
          Optional.of(RegistryProblem.REGISTRY_LOGIN_NEEDED),
          other.trouble(other.anonymous(basic)));
    }
  }

  @Test
  void saysThatThereIsNoRegistry() {
    RegistryId id = under.anonymous(fake);
    fake.at("/v2/", exchange -> FakeRegistry.text(exchange, 404, "<html>a web server</html>"));
    assertEquals(Optional.of(RegistryProblem.REGISTRY_ANSWER_UNUSABLE), under.trouble(id));
    fake.close();
    assertEquals(Optional.of(RegistryProblem.REGISTRY_UNREACHABLE), under.trouble(id));
  }

  @Test
  void asksForNoMoreThanPullingWhateverTheRegistryWants() {
    fake.with(FakeRegistry.Auth.TOKEN).image("team/app", "1", "linux", "arm64");
    fake.at(
        "/v2/team/app/tags/list",
        exchange -> {
          exchange
              .getResponseHeaders()
              .add(
                  "WWW-Authenticate",
                  "Bearer realm=\"%s/token\",scope=\"repository:other/secret:pull,push\""
                      .formatted(fake.url()));
          FakeRegistry.text(exchange, 401, "");
        });
    RegistryId id = under.reader(fake);
    refused(RegistryProblem.REGISTRY_ACCESS_DENIED, () -> under.tags(id, "team/app"));
    assertTrue(
        fake.seen().stream()
            .anyMatch(seen -> seen.path().equals("/token?scope=repository:team/app:pull")));
    assertTrue(fake.seen().stream().noneMatch(seen -> seen.path().contains("push")));
  }

  @Test
  void takesNoTokenThatCouldBreakAHeader() {
    fake.with(FakeRegistry.Auth.TOKEN).image("team/app", "1", "linux", "arm64");
    fake.at(
        "/token", exchange -> FakeRegistry.text(exchange, 200, "{\"token\":\"a\\r\\nx-evil: 1\"}"));
    RegistryId id = under.reader(fake);
    refused(RegistryProblem.REGISTRY_ANSWER_UNUSABLE, () -> under.tags(id, "team/app"));
  }

  @Test
  void goesToNoRealmThatIsNoAddress() {
    fake.image("team/app", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    for (String realm :
        List.of(
            "file:///etc/passwd",
            "http://u:p@" + fake.host() + "/token",
            "//",
            "/token",
            "http://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/latest",
            "not an address")) {
      fake.at(
          "/v2/team/app/tags/list",
          exchange -> {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer realm=\"" + realm + "\"");
            FakeRegistry.text(exchange, 401, "");
          });
      ProblemException e =
          org.junit.jupiter.api.Assertions.assertThrows(
              ProblemException.class, () -> under.tags(id, "team/app"), realm);
      assertTrue(
          e.problem() == RegistryProblem.REGISTRY_ANSWER_UNUSABLE
              || e.problem() == RegistryProblem.REGISTRY_ADDRESS_REFUSED,
          realm + ": " + e.getMessage());
    }
    assertTrue(fake.seen().stream().allMatch(seen -> seen.authorization().isEmpty()));
  }

  private long tokens() {
    return fake.seen().stream().filter(seen -> seen.path().startsWith("/token")).count();
  }

  private long count(String authorization, boolean starts) {
    return fake.seen().stream()
        .filter(seen -> seen.authorization().startsWith(authorization) == starts)
        .count();
  }
}
