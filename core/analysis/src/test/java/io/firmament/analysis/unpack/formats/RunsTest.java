package io.firmament.analysis.unpack.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/// Contents that lie in pieces, with holes between them.
class RunsTest {
  private static final ByteSource VOLUME = HeapByteSource.of(Binary.ascii("0123456789"));

  private static Runs runs() throws IOException {
    Runs runs = new Runs();
    runs.add(4, 3);
    runs.holeUpTo(5);
    runs.add(0, 2);
    runs.hole(1000);
    return runs;
  }

  private static byte[] expected(int length) {
    byte[] all = new byte[1007];
    System.arraycopy(Binary.ascii("456\0\00001"), 0, all, 0, 7);
    return java.util.Arrays.copyOf(all, length);
  }

  @Test
  void aStreamAndAViewGiveTheSameBytes() throws IOException {
    try (InputStream in = runs().open(VOLUME, 900)) {
      assertArrayEquals(expected(900), in.readAllBytes());
    }
    ByteSource view = runs().source(VOLUME, 900);
    assertArrayEquals(expected(900), Binary.bytes(view, 0, 900));
    assertArrayEquals(Binary.ascii("6\0\0000"), Binary.bytes(view.slice(2, 4), 0, 4));
  }

  @Test
  void aViewKnowsItsHoles() throws IOException {
    ByteSource view = runs().source(VOLUME, 1007);
    assertEquals(0, view.nextData(0));
    assertEquals(5, view.nextData(3));
    assertEquals(1007, view.nextData(7));
    assertEquals(2, view.slice(3, 100).nextData(0));
    assertEquals(100, view.slice(7, 100).nextData(0));
  }

  @Test
  void aHoleNeverEndsBeforeItBegins() throws IOException {
    ByteSource small = runs().source(VOLUME, 6);
    Runs outer = new Runs();
    outer.add(2, 5000);
    ByteSource view = outer.source(small, 5000);
    for (long at = 0; at < 6000; at++) {
      long next = view.nextData(at);
      assertTrue(next >= at, at + " to " + next);
    }
  }

  @Test
  void runsOverEachOtherAndPastTheEndAreSaid() throws IOException {
    Runs runs = runs();
    assertThrows(CorruptException.class, () -> runs.holeUpTo(6));
    assertThrows(CorruptException.class, () -> runs.add(-1, 1));
    assertThrows(CorruptException.class, () -> runs.hole(Long.MAX_VALUE));
    try (InputStream in = runs.open(VOLUME, 2000)) {
      assertThrows(CorruptException.class, in::readAllBytes);
    }
    Runs past = new Runs();
    past.add(8, 5);
    try (InputStream in = past.open(VOLUME, 5)) {
      assertThrows(TruncatedException.class, in::readAllBytes);
    }
  }
}
