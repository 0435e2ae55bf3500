package io.firmament.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteMatcherTest {
  private final RouteMatcher matcher = new RouteMatcher(Contract.routes());

  @Test
  void findsEveryRouteByItsOwnTemplate() {
    for (Route route : Contract.routes()) {
      String path = route.pathTemplate().replace("+}", "}").replace("{", "").replace("}", "");
      assertEquals(route, matcher.match(route.method(), path).orElseThrow().route());
    }
  }

  @Test
  void keepsTheSlashesOfAGreedyParameterAndDecodesIt() {
    RouteMatcher.Match match =
        matcher.match("GET", "/api/firmwares/42/download-file/usr/bin/a%20b+c").orElseThrow();
    assertEquals("downloadFirmwareFile", match.route().operationId());
    assertEquals(Map.of("id", "42", "path", "usr/bin/a b+c"), match.parameters());
  }

  @Test
  void refusesAnEmptyParameterABrokenEscapeAndALongerPath() {
    assertTrue(matcher.match("GET", "/api/firmwares//sbom").isEmpty());
    assertTrue(matcher.match("GET", "/api/firmwares/%zz/sbom").isEmpty());
    assertTrue(matcher.match("GET", "/api/firmwares/1/sbom/2").isEmpty());
    assertTrue(matcher.match("GET", "/api/firmwares/1/download-file/").isEmpty());
    assertTrue(matcher.match("PUT", "/api/version").isEmpty());
  }
}
