package io.firmament.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CanonicalJsonTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"b\": 1, \"a\": [ true, false, null ]}|{\"a\":[true,false,null],\"b\":1}",
        "{ }|{}",
        "[ ]|[]",
        "{\"a\": {\"d\": 1, \"c\": -7}}|{\"a\":{\"c\":-7,\"d\":1}}",
        "{\"B\": 1, \"a\": 2, \"A\": 3, \"aa\": 4, \"\":"
            + " 5}|{\"\":5,\"A\":3,\"B\":1,\"a\":2,\"aa\":4}",
        // Only the quote and the backslash are escaped.
        "\"\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"|\"\\\"\\\\/é😀\"",
        // By code point: U+FF21 is before U+1F600, though its UTF-16 unit is behind.
        "{\"\\ud83d\\ude00\": 1, \"Ａ\": 2}|{\"Ａ\":2,\"😀\":1}",
      })
  void theFormIsTheOnlyOne(String document, String canonical) throws TufException {
    Json value = JsonReader.read(document.getBytes(StandardCharsets.UTF_8));

    assertEquals(canonical, new String(CanonicalJson.encode(value), StandardCharsets.UTF_8));
  }

  @Test
  void controlCharactersStandRaw() throws TufException {
    Json value = JsonReader.read("\"a\\nb\\u0000\\u001f\"".getBytes(StandardCharsets.UTF_8));

    assertEquals("\"a\nb\0\37\"", new String(CanonicalJson.encode(value), StandardCharsets.UTF_8));
  }
}
