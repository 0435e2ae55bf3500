package io.firmament.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.firmament.base.ProblemException;
import io.firmament.base.Secret;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.RegistryProblem;
import io.firmament.platform.registry.RegistryTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is called, for how long, and how much of an answer is read.
class HttpTransportTest {
  private static final Duration SHORT = Duration.ofMillis(700);
  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeRegistry fake = FakeRegistry.start();

  @AfterEach
  void end() {
    fake.close();
  }

  @Test
  void speaksTlsWithWhomItTrustsAndWithNobodyElse(@TempDir Path folder) throws Exception {
    TestTls tls = TestTls.create(folder, "ip:127.0.0.1");
    try (FakeRegistry secure = FakeRegistry.startTls(tls.server())) {
      HttpTransport trusting =
          new HttpTransport(Reach.LOCAL, InetAddress::getAllByName, tls.client());
      assertEquals(200, get(trusting, secure.url() + "/v2/", LONG).status());
      RegistryTransport stranger = HttpTransport.within(Reach.LOCAL);
      unreachable(() -> get(stranger, secure.url() + "/v2/", LONG), "certificate");
      unreachable(
          () -> get(trusting, secure.url().replace("127.0.0.1", "localhost") + "/v2/", LONG),
          "certificate");
      assertEquals(1, secure.seen().size(), "nothing is said before the certificate is checked");
    }
  }

  @Test
  void logsInOverTls(@TempDir Path folder) throws Exception {
    TestTls tls = TestTls.create(folder, "ip:127.0.0.1,dns:registry.example.com");
    try (FakeRegistry secure = FakeRegistry.startTls(tls.server()).with(FakeRegistry.Auth.TOKEN)) {
      secure.image("team/app", "1", "linux", "arm64");
      HttpTransport trusting =
          new HttpTransport(Reach.LOCAL, InetAddress::getAllByName, tls.client());
      RegistryUnderTest under =
          new RegistryUnderTest(
              ask ->
                  trusting.ask(
                      new RegistryTransport.Ask(
                          ask.method(),
                          URI.create(ask.uri().toString().replace("http://", "https://")),
                          ask.headers(),
                          ask.authorization(),
                          ask.form(),
                          ask.maxBytes(),
                          ask.timeout())));
      // The realm is https where we were told that we speak without TLS: that is an upgrade.
      assertEquals(List.of("1"), under.tags(under.reader(secure), "team/app"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "fe80::1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "fd00:ec2::254",
        "fc00::1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "::127.0.0.1",
        "100.100.100.200",
        "192.0.0.192"
      })
  void callsNoNameThatLeadsToAnAddressOfOurs(String address) throws IOException {
    InetAddress found = InetAddress.ofLiteral(address);
    InetAddress good = InetAddress.ofLiteral("93.184.216.34");
    HttpTransport transport =
        new HttpTransport(Reach.PUBLIC, _ -> new InetAddress[] {good, found}, null);
    ProblemException e =
        assertThrows(
            ProblemException.class, () -> get(transport, "https://evil.example.com/", SHORT));
    assertEquals(RegistryProblem.REGISTRY_ADDRESS_REFUSED, e.problem());
    assertFalse(String.valueOf(e.getMessage()).contains(address), "the address is not told");
  }

  @Test
  void speaksWithoutTlsWithItsOwnMachineAlone() throws IOException {
    InetAddress good = InetAddress.ofLiteral("93.184.216.34");
    for (Reach reach : Reach.values()) {
      HttpTransport transport = new HttpTransport(reach, _ -> new InetAddress[] {good}, null);
      refused(() -> get(transport, "http://example.com/", SHORT));
    }
    refused(() -> get(HttpTransport.within(Reach.PRIVATE), fake.url() + "/v2/", SHORT));
    assertEquals(200, get(HttpTransport.within(Reach.LOCAL), fake.url() + "/v2/", LONG).status());
  }

  @Test
  void saysThatThereIsNoSuchHostOrNobodyListens() {
    HttpTransport unknown =
        new HttpTransport(
            Reach.LOCAL,
            _ -> {
              throw new UnknownHostException();
            },
            null);
    unreachable(() -> get(unknown, "https://nowhere.example.com/", SHORT), "no such host");
    String url = fake.url();
    fake.close();
    unreachable(() -> get(HttpTransport.within(Reach.LOCAL), url + "/v2/", LONG), "no connection");
  }

  @Test
  void waitsNoLongerThanItShall() {
    fake.at("/silent", exchange -> sleep());
    fake.at(
        "/drops",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          for (int i = 0; i < 40; i++) {
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            pause(100);
          }
        });
    RegistryTransport transport = HttpTransport.within(Reach.LOCAL);
    long start = System.nanoTime();
    unreachable(() -> get(transport, fake.url() + "/silent", SHORT), "answer in");
    unreachable(() -> get(transport, fake.url() + "/drops", SHORT), "answer in");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, took::toString);
  }

  @Test
  void readsNoMoreThanItShall() {
    fake.at("/large", exchange -> body(exchange, 1_001));
    fake.at("/fits", exchange -> body(exchange, 1_000));
    fake.at(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(new byte[8_192]);
          }
        });
    RegistryTransport transport = HttpTransport.within(Reach.LOCAL);
    assertEquals(1_000, get(transport, fake.url() + "/fits", LONG).body().length);
    for (String path : List.of("/large", "/endless")) {
      ProblemException e =
          assertThrows(ProblemException.class, () -> get(transport, fake.url() + path, LONG), path);
      assertEquals(RegistryProblem.REGISTRY_ANSWER_UNUSABLE, e.problem(), path);
    }
  }

  @Test
  void followsNoRedirectByItself() {
    fake.at(
        "/away",
        exchange -> {
          exchange.getResponseHeaders().add("Location", fake.url() + "/v2/");
          FakeRegistry.text(exchange, 302, "");
        });
    RegistryTransport.Answer answer =
        get(HttpTransport.within(Reach.LOCAL), fake.url() + "/away", LONG);
    assertEquals(302, answer.status());
    assertEquals(Optional.of(fake.url() + "/v2/"), answer.header("location"));
    assertEquals(1, fake.seen().size());
  }

  @Test
  void sendsAFormAndShowsNoSecretOfARequest() {
    StringBuilder body = new StringBuilder();
    fake.at(
        "/form",
        exchange -> {
          body.append(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          FakeRegistry.text(exchange, 200, "");
        });
    RegistryTransport.Ask ask =
        new RegistryTransport.Ask(
            RegistryTransport.Method.POST,
            URI.create(fake.url() + "/form"),
            Map.of(),
            new Secret("Basic abc"),
            new Secret("a=b"),
            100,
            LONG);
    HttpTransport.within(Reach.LOCAL).ask(ask);
    assertEquals("a=b", body.toString());
    assertEquals("Basic abc", fake.seen().getFirst().authorization());
    assertFalse(ask.toString().contains("abc") || ask.toString().contains("a=b"), ask::toString);
  }

  private static void body(HttpExchange exchange, int length) throws IOException {
    exchange.sendResponseHeaders(200, length);
    exchange.getResponseBody().write(new byte[length]);
  }

  private static void sleep() {
    pause(5_000);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RegistryTransport.Answer get(
      RegistryTransport transport, String uri, Duration timeout) {
    return transport.ask(
        new RegistryTransport.Ask(
            RegistryTransport.Method.GET, URI.create(uri), Map.of(), null, null, 1_000, timeout));
  }

  private static void unreachable(org.junit.jupiter.api.function.Executable work, String detail) {
    ProblemException e = assertThrows(ProblemException.class, work);
    assertEquals(RegistryProblem.REGISTRY_UNREACHABLE, e.problem());
    assertTrue(String.valueOf(e.getMessage()).contains(detail), e::getMessage);
  }

  private static void refused(org.junit.jupiter.api.function.Executable work) {
    ProblemException e = assertThrows(ProblemException.class, work);
    assertEquals(RegistryProblem.REGISTRY_ADDRESS_REFUSED, e.problem());
  }
}
