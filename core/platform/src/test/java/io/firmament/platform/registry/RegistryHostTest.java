package io.firmament.platform.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryHostTest {
  @ParameterizedTest
  @CsvSource({
    "ghcr.io,ghcr.io",
    " GHCR.io ,ghcr.io",
    "https://ghcr.io/acme/app/pkgs?x=1#y,ghcr.io",
    "HTTPS://Quay.io/repository/a/b,quay.io",
    "http://registry.example.com:5000/v2/,registry.example.com:5000",
    "registry.example.com:443,registry.example.com",
    "registry.example.com.,registry.example.com",
    "registry:5000,registry:5000",
    "localhost,localhost",
    "localhost:5000,localhost:5000",
    "192.0.2.7:5000,192.0.2.7:5000",
    "[2001:DB8::1]:5000,[2001:db8:0:0:0:0:0:1]:5000",
    "[::ffff:192.0.2.7],192.0.2.7",
    "docker.io,registry-1.docker.io",
    "index.docker.io,registry-1.docker.io",
    "registry.hub.docker.com,registry-1.docker.io",
    "registry-1.docker.io,registry-1.docker.io",
    "https://hub.docker.com/_/nginx,registry-1.docker.io",
    "https://hub.docker.com/r/bitnami/redis/tags,registry-1.docker.io",
    "xn--mnchen-3ya.example,xn--mnchen-3ya.example"
  })
  void reducesWhatIsPastedToAHost(String pasted, String host) {
    assertEquals(host, RegistryHost.parse(pasted).value());
    assertEquals(host, RegistryHost.parse(host).value(), "and again");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nginx",
        "https://",
        "https:///x",
        "ftp://ghcr.io",
        "file:///etc/passwd",
        "javascript://ghcr.io/",
        "oci://ghcr.io/x",
        "user:secret@ghcr.io",
        "https://token@ghcr.io/x",
        "ghcr.io@evil.example.com",
        "ghcr.io:0",
        "ghcr.io:65536",
        "ghcr.io:abc",
        "ghcr.io:5000:6000",
        "-a.example.com",
        "a-.example.com",
        "a..example.com",
        ".example.com",
        "a_b.example.com",
        "münchen.example",
        "a b.example.com",
        "a\\b.example.com",
        "a%2eb.example.com",
        "a\nb.example.com",
        "127.1",
        "0x7f000001:80",
        "2130706433:80",
        "0177.0.0.1",
        "256.1.1.1",
        "1.2.3.4.5",
        "example.0x7f",
        "[::1",
        "[::1]x",
        "[g::1]",
        "::1",
        "[fe80::1%eth0]:80",
        "a.example.com,b.example.com"
      })
  void refusesWhatIsNoHost(String pasted) {
    ProblemException e = assertThrows(ProblemException.class, () -> RegistryHost.parse(pasted));
    assertEquals(BaseProblem.INVALID_FIELD, e.problem());
    assertEquals("host", e.facts().get("field"));
    assertFalse(String.valueOf(e.getMessage()).contains("secret"), e::getMessage);
  }

  @Test
  void refusesNamesThatAreTooLong() {
    assertThrows(ProblemException.class, () -> RegistryHost.parse("a.".repeat(127) + "com"));
    assertThrows(ProblemException.class, () -> RegistryHost.parse("a".repeat(64) + ".com"));
    assertThrows(ProblemException.class, () -> RegistryHost.parse("a".repeat(1_000_000)));
  }

  @Test
  void knowsAddressesFromNames() {
    assertTrue(RegistryHost.parse("10.0.0.1:5000").literal().isPresent());
    assertTrue(RegistryHost.parse("[::1]:5000").literal().isPresent());
    assertTrue(RegistryHost.parse("ghcr.io").literal().isEmpty());
    assertEquals("0:0:0:0:0:0:0:1", RegistryHost.parse("[::1]:5000").name());
    assertEquals("10.0.0.1", RegistryHost.parse("10.0.0.1:5000").name());
  }
}
