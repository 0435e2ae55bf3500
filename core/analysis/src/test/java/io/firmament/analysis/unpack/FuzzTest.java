package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzTest {
  private static final int CASES = 150;

  @TempDir Path work;

  @Test
  void boundedRunFindsNothing() throws IOException {
    Fuzz fuzz = new Fuzz(Fixture.all(), work);
    for (int number = 0; number < CASES; number++) {
      fuzz.run(20261129, number);
    }
    assertEquals(Map.of(), fuzz.findings());
  }
}
