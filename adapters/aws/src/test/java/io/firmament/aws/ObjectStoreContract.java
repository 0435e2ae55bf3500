package io.firmament.aws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectInfo;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ObjectUpload;
import io.firmament.platform.firmware.PresignedParts;
import io.firmament.platform.firmware.PresignedUpload;
import io.firmament.platform.firmware.TaggedObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every [ObjectStore] does.
interface ObjectStoreContract {
  Duration VALID = Duration.ofMinutes(5);
  int MIB = 1 << 20;

  ObjectStore store();

  AwsUnderTest aws();

  @Test
  default void readsBackWhatItWrote(@TempDir Path folder) throws IOException {
    store().write("a/one", "text/plain", bytes("first"));
    store().write("a/one", "text/plain", bytes("second"));
    assertEquals("second", text(store().read("a/one")));
    assertEquals(6, store().find("a/one").orElseThrow().size());
    Path file = Files.write(folder.resolve("file"), bytes("from a file"));
    store().write("a/two", "text/plain", file);
    assertEquals("from a file", text(store().read("a/two")));
  }

  @Test
  default void findsNothingWhereNothingIs() {
    assertEquals(Optional.empty(), store().find("none"));
    assertTrue(store().read("none").isEmpty());
    assertTrue(store().read("none", 0, 5).isEmpty());
    store().delete("none");
  }

  @Test
  default void forgetsWhatIsDeleted() {
    store().write("gone", "text/plain", bytes("x"));
    store().delete("gone");
    assertEquals(Optional.empty(), store().find("gone"));
  }

  @Test
  default void replacesOnlyTheVersionThatWasRead() {
    assertTrue(store().readTagged("state").isEmpty());
    assertTrue(store().replace("state", Optional.of("\"x\""), "text/plain", bytes("?")).isEmpty());
    String first =
        store().replace("state", Optional.empty(), "text/plain", bytes("first")).orElseThrow();
    assertTrue(store().replace("state", Optional.empty(), "text/plain", bytes("?")).isEmpty());
    TaggedObject read = store().readTagged("state").orElseThrow();
    assertArrayEquals(bytes("first"), read.content());
    assertEquals(first, read.tag());
    String second =
        store().replace("state", Optional.of(first), "text/plain", bytes("second")).orElseThrow();
    assertTrue(
        store().replace("state", Optional.of(first), "text/plain", bytes("?")).isEmpty(),
        "somebody else was faster");
    read = store().readTagged("state").orElseThrow();
    assertArrayEquals(bytes("second"), read.content());
    assertEquals(second, read.tag());
  }

  @Test
  default void ofManyWhoReplaceAVersionAtOnceOneWins() throws Exception {
    for (int round = 0; round < 5; round++) {
      String key = "race" + round;
      AtomicInteger won = new AtomicInteger();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 8; i++) {
          threads.execute(
              () ->
                  store()
                      .replace(key, Optional.empty(), "text/plain", bytes("x"))
                      .ifPresent(_ -> won.incrementAndGet()));
        }
      }
      assertEquals(1, won.get());
    }
  }

  @Test
  default void listsKeysByPrefixInPages() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      store().write("list/a" + i, "text/plain", bytes("x"));
      expected.add("list/a" + i);
    }
    store().write("list2", "text/plain", bytes("x"));
    Page<String> page = store().keys("list/", new PageRequest(3, Optional.empty()));
    assertEquals(expected.subList(0, 3), page.items());
    page = store().keys("list/", new PageRequest(3, page.next()));
    assertEquals(expected.subList(3, 6), page.items());
    page = store().keys("list/", new PageRequest(3, page.next()));
    assertEquals(expected.subList(6, 7), page.items());
    assertEquals(Optional.empty(), page.next());
    List<String> all = new ArrayList<>();
    store().each("list/", all::add);
    assertEquals(expected, all);
  }

  @Test
  default void readsARangeCutToWhatExists() throws IOException {
    store().write("range", "text/plain", bytes("0123456789"));
    assertEquals("345", text(store().read("range", 3, 3)));
    assertEquals("89", text(store().read("range", 8, 100)));
    assertEquals("", text(store().read("range", 10, 1)));
  }

  @Test
  default void anObjectInPartsExistsOnlyWhenComplete() throws IOException {
    byte[] content = random(17 * MIB + 5);
    try (ObjectUpload upload = store().begin("parts", "application/octet-stream")) {
      upload.write(content, 0, 10);
      upload.write(content, 10, content.length - 10);
      assertEquals(content.length, upload.size());
      assertEquals(Optional.empty(), store().find("parts"));
      upload.complete();
    }
    try (InputStream in = store().read("parts").orElseThrow()) {
      assertArrayEquals(content, in.readAllBytes());
    }
  }

  @Test
  default void anObjectGivenUpLeavesNothing() {
    byte[] content = random(9 * MIB);
    try (ObjectUpload upload = store().begin("given-up", "application/octet-stream")) {
      upload.write(content, 0, content.length);
    }
    assertEquals(Optional.empty(), store().find("given-up"));
  }

  @Test
  default void anEmptyObjectIsAnObject() {
    try (ObjectUpload upload = store().begin("empty", "application/octet-stream")) {
      upload.complete();
    }
    assertEquals(Optional.of(0L), store().find("empty").map(ObjectInfo::size));
  }

  @Test
  default void aPresignedUploadTakesExactlyItsBytesOnce() throws Exception {
    aws().assume(AwsEngine.Capability.PRESIGN_VERIFIED);
    byte[] content = bytes("the image");
    PresignedUpload url = store().presign("signed/one", content.length, Sha256.of(content), VALID);
    assertNotEquals(200, send(url, bytes("the imagE")).statusCode(), "other bytes");
    assertEquals(403, send(url, bytes("the image and more")).statusCode(), "more bytes");
    assertEquals(Optional.empty(), store().find("signed/one"));
    assertEquals(200, send(url, content).statusCode());
    assertEquals("the image", text(store().read("signed/one")));
    assertEquals(412, send(url, content).statusCode(), "a second time");
  }

  @Test
  default void aPresignedUploadCannotBeMovedToAnotherKey() throws Exception {
    aws().assume(AwsEngine.Capability.PRESIGN_VERIFIED);
    byte[] content = bytes("the image");
    PresignedUpload url = store().presign("signed/two", content.length, Sha256.of(content), VALID);
    PresignedUpload moved =
        new PresignedUpload(
            url.method(),
            URI.create(url.url().toString().replace("signed/two", "signed/mine")),
            url.headers(),
            url.expiresAt());
    assertEquals(403, send(moved, content).statusCode());
  }

  @Test
  default void presignedPartsMakeOneObject() throws Exception {
    byte[] content = random(11 * MIB);
    PresignedParts signed = store().presignParts("signed/big", content.length, 5L * MIB, VALID);
    assertEquals(3, signed.parts().size());
    StringBuilder body = new StringBuilder("<CompleteMultipartUpload>");
    for (int i = 0; i < 3; i++) {
      byte[] part =
          java.util.Arrays.copyOfRange(
              content, i * 5 * MIB, Math.min(content.length, (i + 1) * 5 * MIB));
      HttpResponse<String> answer = send(signed.parts().get(i), part);
      assertEquals(200, answer.statusCode(), answer.body());
      body.append("<Part><PartNumber>").append(i + 1).append("</PartNumber><ETag>");
      body.append(answer.headers().firstValue("etag").orElseThrow()).append("</ETag></Part>");
    }
    body.append("</CompleteMultipartUpload>");
    HttpResponse<String> done = send(signed.complete(), bytes(body.toString()));
    assertEquals(200, done.statusCode(), done.body());
    try (InputStream in = store().read("signed/big").orElseThrow()) {
      assertArrayEquals(content, in.readAllBytes());
    }
  }

  private static HttpResponse<String> send(PresignedUpload url, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.url())
            .method(url.method(), HttpRequest.BodyPublishers.ofByteArray(body));
    url.headers()
        .forEach(
            (name, value) -> {
              if (!Set.of("content-length", "host").contains(name.toLowerCase(Locale.ROOT))) {
                request.header(name, value);
              }
            });
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String text(Optional<InputStream> content) throws IOException {
    try (InputStream in = content.orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(7).nextBytes(content);
    return content;
  }
}
