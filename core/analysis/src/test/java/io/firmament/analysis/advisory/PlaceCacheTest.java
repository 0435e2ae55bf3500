package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PlaceCacheTest {
  @Test
  void anEmptyCacheKnowsNothingNotEvenPlaceZero() {
    assertNull(new PlaceCache<Integer>().get(0));
  }

  @Test
  void whatWasPutIsThereAsInAMapHoweverManyPlacesThereAre() {
    PlaceCache<Integer> cache = new PlaceCache<>();
    Map<Integer, Integer> expected = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      int place = i % 3 == 0 ? random.nextInt() : random.nextInt(20_000) * 16;
      int value = random.nextInt();
      cache.put(place, value);
      expected.put(place, value);
    }
    expected.forEach((place, value) -> assertEquals(value, cache.get(place)));
    assertEquals(expected.get(7), cache.get(7));
  }
}
