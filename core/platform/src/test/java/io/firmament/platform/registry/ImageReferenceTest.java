package io.firmament.platform.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.firmament.base.ProblemException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
  private static final String DIGEST = "sha256:" + "0f".repeat(32);

  @ParameterizedTest
  @CsvSource({
    "nginx,docker.io/library/nginx",
    "nginx:1.25,docker.io/library/nginx:1.25",
    "acme/app,docker.io/acme/app",
    "docker.io/nginx,docker.io/library/nginx",
    "index.docker.io/library/nginx:1,docker.io/library/nginx:1",
    "ghcr.io/acme/app:v1,ghcr.io/acme/app:v1",
    "localhost/app,localhost/app",
    "registry:5000/app,registry:5000/app",
    "registry.example.com:5000/a/b/c__d/e--f:T_1.x-y,registry.example.com:5000/a/b/c__d/e--f:T_1.x-y"
  })
  void readsAsContainerEnginesDo(String text, String whole) {
    assertEquals(whole, ImageReference.parse(text).toString());
    assertEquals(whole, ImageReference.parse(whole).toString());
  }

  @Test
  void keepsTagAndDigest() {
    ImageReference reference = ImageReference.parse("ghcr.io/acme/app:v1@" + DIGEST);
    assertEquals("v1", reference.findTag().orElseThrow().value());
    assertEquals(DIGEST, reference.findDigest().orElseThrow().toString());
    assertEquals("ghcr.io/acme/app:v1@" + DIGEST, reference.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Nginx",
        "ghcr.io/",
        "ghcr.io/Acme/app",
        "ghcr.io/acme/app:",
        "ghcr.io/acme//app",
        "ghcr.io/acme/app:a b",
        "ghcr.io/acme/app:-x",
        "ghcr.io/acme/app@sha256:12",
        "ghcr.io/acme/app@md5:00",
        "ghcr.io/../app",
        "ghcr.io/a/./b",
        "ghcr.io/acme/___app",
        "ghcr.io/acme/app-",
        "ghcr.io/acme/a..b",
        "https://ghcr.io/acme/app"
      })
  void refusesWhatTheGrammarDoesNotHave(String text) {
    assertThrows(ProblemException.class, () -> ImageReference.parse(text));
  }

  @Test
  void refusesLongNamesWithoutThinkingLong() {
    assertThrows(ProblemException.class, () -> new RepositoryName("a".repeat(256)));
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThrows(
                ProblemException.class,
                () -> ImageReference.parse("ghcr.io/" + "a-".repeat(120) + "!")));
  }

  @ParameterizedTest
  @CsvSource({
    "docker.io,nginx,library/nginx",
    "docker.io,docker.io/nginx,library/nginx",
    "docker.io,hub.docker.com/acme/app,acme/app",
    "ghcr.io,app,app",
    "ghcr.io,ghcr.io/acme/app,acme/app"
  })
  void readsARepositoryOfARegistry(String host, String text, String name) {
    assertEquals(name, RepositoryName.parse(RegistryHost.parse(host), text).value());
  }

  @ParameterizedTest
  @CsvSource({
    "ghcr.io,quay.io/acme/app",
    "ghcr.io,acme/app:1",
    "ghcr.io,acme/app@sha256:00",
    "ghcr.io,/app"
  })
  void refusesARepositoryOfAnotherRegistryOrWithMoreInIt(String host, String text) {
    assertThrows(
        ProblemException.class, () -> RepositoryName.parse(RegistryHost.parse(host), text));
  }
}
