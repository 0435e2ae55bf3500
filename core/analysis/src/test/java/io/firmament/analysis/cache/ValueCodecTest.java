package io.firmament.analysis.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ValueCodecTest {
  private static final Blob BLOB = blob("a");

  private static Blob blob(String path) {
    MemoryTree tree = new MemoryTree().file(path, 0644, new byte[] {1, 2, 3});
    Sha256 digest = tree.entries().getFirst().sha256().orElseThrow();
    return new Blob(digest, tree.content(digest), tree.entries());
  }

  private record Inner(String text, Severity severity) {}

  private record Outer(
      Blob blob,
      int number,
      long large,
      boolean flag,
      Optional<Inner> some,
      Optional<String> none,
      List<Inner> list,
      Set<String> set,
      Map<String, Integer> map) {}

  private static final Outer VALUE =
      new Outer(
          BLOB,
          -7,
          1L << 40,
          true,
          Optional.of(new Inner("\ud800 half a pair", Severity.HIGH)),
          Optional.empty(),
          List.of(new Inner("", Severity.LOW)),
          Set.of("one"),
          Map.of("two", 2));

  private final ValueCodec<Outer> codec = ValueCodec.plain();

  @Test
  void readsWhatItWrote() {
    assertEquals(Optional.of(VALUE), codec.read(codec.write(VALUE, BLOB), BLOB));
  }

  @Test
  void putsTheContentThatIsAskedForInThePlaceOfTheOneThatWasLookedAt() {
    byte[] kept = codec.write(VALUE, BLOB);
    assertEquals(List.of("b"), codec.read(kept, blob("b")).orElseThrow().blob().paths());
  }

  @Test
  void readsBytesAsTheyAre() {
    ValueCodec<byte[]> bytes = ValueCodec.plain();
    byte[] value = {0, -1, 5};
    assertArrayEquals(value, bytes.read(bytes.write(value, BLOB), BLOB).orElseThrow());
  }

  @Test
  void readsSharedValuesByTheirId() {
    Inner shared = new Inner("id", Severity.HIGH);
    ValueCodec<List<Inner>> sharing =
        ValueCodec.sharing(Inner.class, Inner::text, Map.of("id", shared));
    byte[] kept = sharing.write(List.of(shared), BLOB);
    assertEquals(shared, sharing.read(kept, BLOB).orElseThrow().getFirst());
    ValueCodec<List<Inner>> without = ValueCodec.sharing(Inner.class, Inner::text, Map.of());
    assertEquals(Optional.empty(), without.read(kept, BLOB));
  }

  @Test
  void refusesToWriteWhatItCouldNotRead() {
    ValueCodec<Object> any = ValueCodec.plain();
    assertThrows(IllegalArgumentException.class, () -> any.write(new Object(), BLOB));
    assertThrows(IllegalArgumentException.class, () -> any.write(Thread.currentThread(), BLOB));
  }

  @Test
  void makesNothingOfClassesThatAreNotTheEngines() {
    byte[] kept = codec.write(VALUE, BLOB);
    byte[] name =
        ValueCodecTest.class.getName().getBytes(java.nio.charset.StandardCharsets.UTF_16BE);
    int at = indexOf(kept, name);
    kept[at + 1] = 'x';
    assertEquals(Optional.empty(), codec.read(kept, BLOB));
  }

  private static int indexOf(byte[] in, byte[] what) {
    for (int i = 0; ; i++) {
      if (java.util.Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
  }

  @Test
  void survivesDamage() {
    byte[] kept = codec.write(VALUE, BLOB);
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      byte[] changed = kept.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      ValueCodec<Object> any = ValueCodec.plain();
      any.read(java.util.Arrays.copyOf(changed, random.nextInt(changed.length + 1)), BLOB);
    }
    assertEquals(Optional.empty(), codec.read(new byte[0], BLOB));
  }
}
