package io.firmament.analysis.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackBlobCacheTest {
  private static final long MOST = 1 << 20;

  private static BlobCache.Key key(String content) {
    return new BlobCache.Key("t", "e", "q", Sha256.of(bytes(content)), Sha256.of(bytes("")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] written(PackBlobCache cache) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    cache.write(file);
    return file.toByteArray();
  }

  private static PackBlobCache read(byte[] file) {
    return PackBlobCache.read(new ByteArrayInputStream(file), MOST);
  }

  @Test
  void theNextRunKnowsWhatThisOneHasKept() throws IOException {
    PackBlobCache first = PackBlobCache.empty(MOST);
    assertFalse(first.isChanged());
    first.keep(key("a"), bytes("1"));
    first.keep(key("b"), new byte[0]);
    assertTrue(first.isChanged());
    PackBlobCache second = read(written(first));
    assertArrayEquals(bytes("1"), second.find(key("a")).orElseThrow());
    assertArrayEquals(new byte[0], second.find(key("b")).orElseThrow());
    assertEquals(Optional.empty(), second.find(key("c")));
    assertFalse(second.isChanged());
  }

  @Test
  void whatARunDoesNotAskForIsForgotten() throws IOException {
    PackBlobCache first = PackBlobCache.empty(MOST);
    first.keep(key("old"), bytes("1"));
    first.keep(key("same"), bytes("2"));
    PackBlobCache second = read(written(first));
    second.find(key("same"));
    assertTrue(second.isChanged());
    PackBlobCache third = read(written(second));
    assertEquals(Optional.empty(), third.find(key("old")));
    assertTrue(third.find(key("same")).isPresent());
  }

  @Test
  void theSameValuesGiveTheSameFile() throws IOException {
    PackBlobCache one = PackBlobCache.empty(MOST);
    PackBlobCache two = PackBlobCache.empty(MOST);
    one.keep(key("a"), bytes("1"));
    one.keep(key("b"), bytes("2"));
    two.keep(key("b"), bytes("2"));
    two.keep(key("a"), bytes("1"));
    assertArrayEquals(written(one), written(two));
  }

  @Test
  void keepsNoMoreThanItMay() throws IOException {
    PackBlobCache cache = PackBlobCache.empty(10);
    cache.keep(key("a"), bytes("12345678"));
    cache.keep(key("b"), bytes("123"));
    cache.keep(key("c"), bytes("12"));
    assertTrue(cache.find(key("a")).isPresent());
    assertEquals(Optional.empty(), cache.find(key("b")));
    assertTrue(cache.find(key("c")).isPresent());
    byte[] file = written(cache);
    PackBlobCache smaller = PackBlobCache.read(new ByteArrayInputStream(file), 5);
    assertTrue(smaller.find(key("a")).isEmpty());
  }

  @Test
  void aDamagedFileNeverGivesAnotherValue() throws IOException {
    PackBlobCache cache = PackBlobCache.empty(MOST);
    byte[] value = new byte[2_000];
    new Random(7).nextBytes(value);
    cache.keep(key("a"), value);
    byte[] file = written(cache);
    for (int i = 0; i < file.length; i += 3) {
      byte[] changed = file.clone();
      changed[i] ^= 0x41;
      read(changed).find(key("a")).ifPresent(found -> assertArrayEquals(value, found));
      read(Arrays.copyOf(file, i)).find(key("a")).ifPresent(f -> assertArrayEquals(value, f));
    }
    assertEquals(Optional.empty(), read(bytes("no such file")).find(key("a")));
  }
}
