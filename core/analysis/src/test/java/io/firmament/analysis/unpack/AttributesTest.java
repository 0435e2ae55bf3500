package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Extended attributes, which the trees of the fixtures do not show.
class AttributesTest {
  @TempDir Path work;

  static Stream<Fixture> fixtures() {
    return Fixture.all().stream().filter(fixture -> fixture.name().equals("attributes"));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void givesTheAttributesOfTheSource(Fixture fixture) throws IOException {
    try (Unpacked unpacked = Unpacked.of(fixture.bytes(), work)) {
      assertEquals(Map.of("user.comment", "hello"), texts(unpacked, "etc/passwd"));
      assertEquals(
          Map.of("user.comment", "hello", "user.long", "v".repeat(300)),
          texts(unpacked, "etc/text"));
      assertEquals(Map.of("trusted.overlay.opaque", "y"), texts(unpacked, "etc"));
      for (int i = 1; i <= 6; i++) {
        Map<String, byte[]> attributes = unpacked.entry("bin/cap" + i).xattrs();
        assertEquals(1, attributes.size());
        assertEquals(
            "0100000200200000000000000000000000000000",
            HexFormat.of().formatHex(attributes.get("security.capability")));
      }
      assertEquals(Map.of(), texts(unpacked, "bin"));
    }
  }

  private static Map<String, String> texts(Unpacked unpacked, String path) {
    Map<String, String> texts = new TreeMap<>();
    unpacked
        .entry(path)
        .xattrs()
        .forEach((name, value) -> texts.put(name, new String(value, StandardCharsets.US_ASCII)));
    return texts;
  }
}
