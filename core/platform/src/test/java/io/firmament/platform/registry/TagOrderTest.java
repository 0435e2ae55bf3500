package io.firmament.platform.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TagOrderTest {
  private static final List<String> ORDER =
      List.of(
          "latest",
          "stable",
          "main",
          "20240131",
          "v10.0.0",
          "2.10.0",
          "2.10",
          "2.10.0-alpine",
          "2.10.0-rc.10",
          "2.10.0-rc.9",
          "2.10.0-beta",
          "2.9.1",
          "1.25-alpine",
          "1.25-bookworm",
          "1",
          "0.1",
          "feature-x",
          "zz",
          "sha256-" + "0".repeat(64),
          "sha256-" + "0".repeat(64) + ".sig");

  @Test
  void putsTheNewestLikelyFirst() {
    for (int seed = 0; seed < 200; seed++) {
      List<String> mixed = new ArrayList<>(ORDER);
      Collections.shuffle(mixed, new Random(seed));
      assertEquals(ORDER, TagOrder.sorted(mixed), "seed " + seed);
    }
  }

  /// What a sort needs: the same answer both ways round, and none that goes in a circle.
  @Test
  void isAnOrderOfAllTags() {
    Random random = new Random(7);
    TagOrder order = new TagOrder();
    List<String> tags = new ArrayList<>(ORDER);
    String letters = "v01.9-_rcalphbet";
    for (int i = 0; i < 120; i++) {
      StringBuilder tag = new StringBuilder();
      int length = 1 + random.nextInt(9);
      for (int j = 0; j < length; j++) {
        tag.append(letters.charAt(random.nextInt(letters.length())));
      }
      tags.add(tag.toString());
    }
    for (String a : tags) {
      for (String b : tags) {
        int ab = Integer.signum(order.compare(a, b));
        assertEquals(-ab, Integer.signum(order.compare(b, a)), a + " " + b);
        assertEquals(a.equals(b), ab == 0, a + " " + b);
        for (String c : tags) {
          if (ab < 0 && order.compare(b, c) < 0) {
            assertEquals(-1, Integer.signum(order.compare(a, c)), a + " " + b + " " + c);
          }
        }
      }
    }
  }
}
