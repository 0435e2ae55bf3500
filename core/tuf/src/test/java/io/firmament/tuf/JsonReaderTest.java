package io.firmament.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.tuf.TufException.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonReaderTest {
  private static Json read(String text) throws TufException {
    return JsonReader.read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void refuses(byte[] document) {
    TufException e = assertThrows(TufException.class, () -> JsonReader.read(document));
    assertEquals(Reason.MALFORMED, e.reason());
  }

  @Test
  void whatIsWrittenIsWhatWasRead() throws TufException {
    String text =
        "{\"z\":[1,-20,0,9223372036854775807,-9223372036854775808],\"a\":{\"b\":null,\"\":[]},"
            + "\"t\":true,\"f\":false,\"s\":\"é😀\\\\\\\"\\u0001/\",\"o\":{}}";

    assertEquals(text, new String(read(text).toBytes(), StandardCharsets.UTF_8));
  }

  @Test
  void escapesAndSpaceAreRead() throws TufException {
    assertEquals(
        new Json.Text("\b\f\n\r\t/\\\"A😀é"),
        read(" \r\n\t\"\\b\\f\\n\\r\\t\\/\\\\\\\"\\u0041\\ud83d\\uDE00\\u00e9\" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "\"\\u12",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "{1:2}",
        "{'a':1}",
        "1.0",
        "1.5",
        "1e3",
        "1E3",
        "-0",
        "01",
        "-01",
        "+1",
        "-",
        ".5",
        "9223372036854775808",
        "-9223372036854775809",
        "NaN",
        "Infinity",
        "tru",
        "True",
        "nul",
        "1 1",
        "{} {}",
        "{}x",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ude00\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\n\"",
        "\"\u0000\"",
        "\ufeff{}",
        "/* */ {}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}"
      })
  void whatTwoReadersMightReadDifferentlyIsRefused(String text) {
    refuses(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    refuses(new byte[] {'"', (byte) 0xff, '"'});
    // An overlong slash, and half a surrogate pair.
    refuses(new byte[] {'"', (byte) 0xc0, (byte) 0xaf, '"'});
    refuses(new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'});
  }

  @Test
  void nestingIsBounded() throws TufException {
    int depth = JsonReader.MAX_DEPTH;
    read("[".repeat(depth + 1) + "]".repeat(depth + 1));

    refuses(("[".repeat(depth + 2) + "]".repeat(depth + 2)).getBytes(StandardCharsets.UTF_8));
    refuses("[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
    refuses("{\"a\":".repeat(500_000).getBytes(StandardCharsets.UTF_8));
  }
}
