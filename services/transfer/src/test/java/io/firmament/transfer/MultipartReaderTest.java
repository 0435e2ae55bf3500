package io.firmament.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartReaderTest {
  private static final String TYPE = "multipart/form-data; boundary=XX";

  @Test
  void readsPartsInTheOrderTheyCome() throws IOException {
    MultipartReader reader =
        reader(
            part("sbom", "my.cdx.json", "{}".getBytes(StandardCharsets.UTF_8)),
            part("firmware", "fw.bin", new byte[] {1, 2, 3}));

    MultipartReader.Part sbom = reader.next().orElseThrow();
    assertEquals("sbom", sbom.name());
    assertEquals("my.cdx.json", sbom.fileName().orElseThrow());
    assertArrayEquals("{}".getBytes(StandardCharsets.UTF_8), sbom.content().readAllBytes());
    MultipartReader.Part firmware = reader.next().orElseThrow();
    assertEquals("firmware", firmware.name());
    assertArrayEquals(new byte[] {1, 2, 3}, firmware.content().readAllBytes());
    assertTrue(reader.next().isEmpty());
    assertTrue(reader.next().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_529, 65_530, 65_531, 65_532, 65_536, 131_072, 1_000_003})
  void givesContentOfAnySizeBackUnchanged(int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);

    MultipartReader reader = reader(part("firmware", "f", content));

    assertArrayEquals(content, reader.next().orElseThrow().content().readAllBytes());
    assertTrue(reader.next().isEmpty());
  }

  @Test
  void isNotMisledByAlmostDelimitersWhereverTheBytesAreCut() throws IOException {
    byte[] content =
        "\r\n--X\r\n\r\n-\r\r\n--\r\n--XY\r".repeat(50).getBytes(StandardCharsets.UTF_8);
    byte[] clean =
        new String(content, StandardCharsets.UTF_8)
            .replace("--XX", "--Xx")
            .getBytes(StandardCharsets.UTF_8);
    byte[] body = body(part("firmware", "f", clean));

    MultipartReader reader = MultipartReader.of(new DrippingStream(body), TYPE);

    assertArrayEquals(clean, reader.next().orElseThrow().content().readAllBytes());
    assertTrue(reader.next().isEmpty());
  }

  @Test
  void skipsWhatIsLeftOfAPartThatWasClosed() throws IOException {
    MultipartReader reader = reader(part("a", "a", new byte[100_000]), part("b", "b", new byte[1]));

    reader.next().orElseThrow().content().close();

    assertEquals("b", reader.next().orElseThrow().name());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 30, 60, 90, 120})
  void saysThatABodyEndsTooEarly(int missing) {
    byte[] whole = body(part("firmware", "f", new byte[64]));
    byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 4 - missing);

    ProblemException problem =
        assertThrows(
            ProblemException.class,
            () -> {
              MultipartReader reader = MultipartReader.of(new ByteArrayInputStream(cut), TYPE);
              reader.next().orElseThrow().content().readAllBytes();
              reader.next();
            });
    assertEquals("invalid_multipart", problem.problem().code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "application/json", "multipart/form-data", "multipart/form-data; boundary="})
  void refusesAContentTypeWithoutABoundary(String contentType) {
    assertThrows(
        ProblemException.class,
        () -> MultipartReader.of(InputStream.nullInputStream(), contentType));
  }

  @Test
  void refusesEndlessPartHeaders() {
    byte[] body = ("--XX\r\n" + "a: b\r\n".repeat(100_000)).getBytes(StandardCharsets.UTF_8);

    assertThrows(
        ProblemException.class,
        () -> MultipartReader.of(new ByteArrayInputStream(body), TYPE).next());
  }

  @Test
  void readsQuotedAndPlainParameters() {
    assertEquals(
        "a;b=c",
        MultipartReader.parameter("form-data; x=1; name=\"a;b=c\"; filename=f", "name")
            .orElseThrow());
    assertEquals(
        "f",
        MultipartReader.parameter("form-data; name=\"a;b=c\"; FileName=f", "filename")
            .orElseThrow());
    assertTrue(MultipartReader.parameter("form-data; name=\"open", "name").isEmpty());
  }

  private static MultipartReader reader(byte[]... parts) throws IOException {
    return MultipartReader.of(new ByteArrayInputStream(body(parts)), TYPE);
  }

  private static byte[] part(String name, String fileName, byte[] content) {
    String head =
        "--XX\r\nContent-Disposition: form-data; name=\""
            + name
            + "\"; filename=\""
            + fileName
            + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    return concat(
        head.getBytes(StandardCharsets.UTF_8), content, "\r\n".getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] body(byte[]... parts) {
    return concat(concat(parts), "--XX--\r\n".getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] concat(byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  /// Gives one byte at a time, as a slow network may.
  private static final class DrippingStream extends InputStream {
    private final InputStream in;

    private DrippingStream(byte[] content) {
      this.in = new ByteArrayInputStream(content);
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      return in.read(into, at, Math.min(1, length));
    }
  }
}
