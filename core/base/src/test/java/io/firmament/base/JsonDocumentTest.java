package io.firmament.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonDocumentTest {
  @Test
  void readsADocumentWhereverTheEdgeOfABufferFalls() throws IOException {
    JsonType<List<String>> type = Jsonb.instance().type(String.class).list();
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      paths.add("lib/modules/6.1.0-50-armmp/kernel/drivers/net/ethernet/x" + i + ".ko");
    }
    for (int shift = 0; shift < 100; shift++) {
      paths.set(0, "x".repeat(shift));
      byte[] json = type.toJsonBytes(paths);
      assertEquals(paths, JsonDocument.read(type, new ByteArrayInputStream(json)));
    }
  }
}
