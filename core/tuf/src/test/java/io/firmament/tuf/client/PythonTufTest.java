package io.firmament.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.tuf.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A repository that python-tuf made (src/test/fixtures/python_tuf.py): every type of key, every
/// kind of delegation, and members and characters that canonical JSON has its own mind about.
final class PythonTufTest {
  private static final Path REPOSITORY = Path.of("src/test/resources/python-tuf");

  private final Path folder;
  private final TufClient client;

  PythonTufTest(@TempDir Path folder) throws Exception {
    this.folder = folder;
    FileStore store = new FileStore(folder.resolve("metadata"), 1_000_000);
    TufClient.initialize(store, Files.readAllBytes(REPOSITORY.resolve("metadata/1.root.json")));
    this.client =
        new TufClient(
            store,
            PythonTufTest::serve,
            URI.create("http://repo/metadata/"),
            URI.create("http://repo/targets/"),
            ClientLimits.DEFAULT,
            Clock.fixed(ClientUnderTest.NOW, ZoneOffset.UTC));
  }

  private static boolean serve(URI uri, OutputStream sink) throws IOException {
    Path file = REPOSITORY.resolve(uri.getPath().substring(1));
    if (!Files.exists(file)) {
      return false;
    }
    sink.write(Files.readAllBytes(file));
    return true;
  }

  @ParameterizedTest
  @CsvSource({
    "top.txt,targets,listed by targets",
    "by/pattern.txt,patterns,listed by patterns",
    "by/prefix.bin,prefixes,listed by prefixes",
  })
  void everyKindOfDelegationIsFollowed(String path, String role, String content) throws Exception {
    Target target = client.find(path);

    assertEquals(role, target.role());
    client.download(target, folder.resolve("out"));
    assertEquals(content, Files.readString(folder.resolve("out"), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5", "6", "7"})
  void succinctRolesAreFoundInTheirBins(int number) throws Exception {
    Target target = client.find("bins/file-" + number);

    client.download(target, folder.resolve("out"));
    assertEquals("in a bin " + number, Files.readString(folder.resolve("out")));
  }

  @Test
  void customIsHandedOn() throws Exception {
    assertEquals(
        Optional.of(
            Json.Obj.EMPTY
                .with("n", -7)
                .with(
                    "list",
                    new Json.Arr(
                        List.of(new Json.Bool(true), Json.Null.NULL, new Json.Text("x"))))),
        client.find("top.txt").file().custom());
  }
}
