package io.firmament.platform.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChallengeTest {
  @Test
  void readsTheChallengesOfRegistries() {
    assertEquals(
        List.of(
            new Challenge(
                "bearer",
                Map.of(
                    "realm",
                    "https://auth.docker.io/token",
                    "service",
                    "registry.docker.io",
                    "scope",
                    "repository:library/nginx:pull"))),
        Challenge.parse(
            List.of(
                "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
                    + "scope=\"repository:library/nginx:pull\"")));
    assertEquals(
        List.of(new Challenge("basic", Map.of("realm", "a \"b\", c"))),
        Challenge.parse(List.of("BASIC Realm = \"a \\\"b\\\", c\"")));
  }

  @Test
  void readsSeveralInOneHeaderOrMany() {
    List<Challenge> both =
        List.of(
            new Challenge("bearer", Map.of("realm", "https://x/token", "error", "invalid_token")),
            new Challenge("basic", Map.of("realm", "y")));
    assertEquals(
        both,
        Challenge.parse(
            List.of("Bearer realm=\"https://x/token\", error=invalid_token, Basic realm=\"y\"")));
    assertEquals(
        both,
        Challenge.parse(
            List.of(
                "Bearer realm=\"https://x/token\",error=\"invalid_token\"", "Basic realm=\"y\"")));
  }

  @Test
  void comesToAnEndWhateverIsSent() {
    assertEquals(List.of(), Challenge.parse(List.of("", ",,, ", "=", "x".repeat(10_000))));
    Random random = new Random(3);
    String letters = "Bearer realm=\"\\, \t=x";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder header = new StringBuilder();
      for (int j = random.nextInt(60); j > 0; j--) {
        header.append(letters.charAt(random.nextInt(letters.length())));
      }
      Challenge.parse(List.of(header.toString()));
    }
  }
}
