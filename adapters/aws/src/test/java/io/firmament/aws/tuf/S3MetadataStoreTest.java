package io.firmament.aws.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.tuf.repository.MetadataStore.Stored;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.s3.S3Client;

/// A store of metadata over a real S3 server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3MetadataStoreTest {
  private static final int WRITERS = 12;

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final S3Client s3 = aws.s3();
  private final String bucket = aws.bucket(s3);
  private final S3MetadataStore store = new S3MetadataStore(s3, bucket, "t/");

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void keepsAFileThatWasCreated() {
    assertEquals(Optional.empty(), store.read("1.root.json"));
    assertTrue(store.create("1.root.json", bytes("first")));
    assertFalse(store.create("1.root.json", bytes("second")));
    assertArrayEquals(bytes("first"), store.read("1.root.json").orElseThrow().file());
  }

  @Test
  void exchangesTheFileThatWasReadAndNoOther() {
    String first = store.replace("timestamp.json", Optional.empty(), bytes("1")).orElseThrow();
    assertEquals(
        Optional.empty(), store.replace("timestamp.json", Optional.empty(), bytes("again")));
    assertEquals(first, store.read("timestamp.json").map(Stored::tag).orElseThrow());
    String second = store.replace("timestamp.json", Optional.of(first), bytes("2")).orElseThrow();
    assertNotEquals(first, second);
    assertEquals(
        Optional.empty(), store.replace("timestamp.json", Optional.of(first), bytes("late")));
    assertArrayEquals(bytes("2"), store.read("timestamp.json").orElseThrow().file());
    assertEquals(Optional.empty(), store.replace("other.json", Optional.of(first), bytes("gone")));
    assertEquals(Optional.empty(), store.read("other.json"));
  }

  @Test
  void ofManyWritersAtOnceOneWins() throws Exception {
    for (int round = 0; round < 5; round++) {
      String name = round + ".snapshot.json";
      assertEquals(1, winners(i -> store.create(name, bytes("writer " + i))));
      String tag = store.read(name).orElseThrow().tag();
      assertEquals(
          1, winners(i -> store.replace(name, Optional.of(tag), bytes("next " + i)).isPresent()));
    }
  }

  @Test
  void repositoriesUnderOtherPrefixesDoNotMeet() {
    S3MetadataStore other = new S3MetadataStore(s3, bucket, "other/");
    assertTrue(store.create("7.root.json", bytes("ours")));
    assertEquals(Optional.empty(), other.read("7.root.json"));
    assertTrue(other.create("7.root.json", bytes("theirs")));
    assertArrayEquals(bytes("ours"), store.read("7.root.json").orElseThrow().file());
    assertThrows(IllegalArgumentException.class, () -> new S3MetadataStore(s3, bucket, "no-slash"));
  }

  @Test
  void saysWhatFailedWhereTheStoreDoes() {
    S3MetadataStore nowhere = new S3MetadataStore(s3, bucket + "-missing", "t/");
    UncheckedIOException failure =
        assertThrows(UncheckedIOException.class, () -> nowhere.create("1.root.json", bytes("x")));
    assertTrue(String.valueOf(failure.getMessage()).contains("t/1.root.json"), failure::toString);
  }

  private interface Attempt {
    boolean by(int writer);
  }

  private static long winners(Attempt attempt) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Callable<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.add(() -> attempt.by(writer));
      }
      long won = 0;
      for (Future<Boolean> each : threads.invokeAll(writers)) {
        won += each.get() ? 1 : 0;
      }
      return won;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
