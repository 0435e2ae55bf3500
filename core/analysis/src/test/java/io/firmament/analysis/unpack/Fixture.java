package io.firmament.analysis.unpack;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// One image under `fixtures/FORMAT-ID`, with the tree that it was made from.
///
/// `NAME.img` or `NAME.img.gz` is the image, `NAME.tree` the expected tree in the form of
/// [TreeLines]. `NAME.start`, where it is there, has the first byte and the end of the format's
/// chunk in the image as two decimals, or `head` for a format that is recognised at the first byte
/// of an image only, or `open` for one that moreover says nothing of its length, so that nobody can
/// see that it was cut off; without it the chunk is the whole image. `NAME.notes`, where it is
/// there, has kind and detail of each note that the image must give; without it there must be none.
///
/// @param format id of the format
/// @param name without a suffix
/// @param headOnly the image is not looked for at other offsets
/// @param openEnded the image says nothing of its length
/// @param start first byte of the chunk in the image
/// @param end one past the chunk's last byte
record Fixture(
    String format,
    String name,
    Path image,
    boolean headOnly,
    boolean openEnded,
    long start,
    long end) {
  /// Every fixture, in order of format and name.
  static List<Fixture> all() {
    try (Stream<Path> files = Files.walk(folder())) {
      return files
          .filter(file -> image(file.getFileName().toString()))
          .sorted()
          .map(Fixture::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where the fixtures are.
  static Path folder() {
    URL url = Objects.requireNonNull(Fixture.class.getResource("/fixtures"), "/fixtures");
    try {
      return Path.of(new URI(url.toString()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean image(String name) {
    return name.endsWith(".img") || name.endsWith(".img.gz");
  }

  private static Fixture of(Path image) {
    Path folder = Objects.requireNonNull(image.getParent());
    String file = image.getFileName().toString();
    String name = file.substring(0, file.lastIndexOf(".img"));
    String format = folder.getFileName().toString();
    Path start = folder.resolve(name + ".start");
    try {
      String text = Files.exists(start) ? Files.readString(start).strip() : "";
      if (text.isEmpty() || text.equals("head") || text.equals("open")) {
        boolean open = text.equals("open");
        return new Fixture(format, name, image, !text.isEmpty(), open, 0, bytes(image).length);
      }
      String[] range = text.split("\\s+", -1);
      return new Fixture(
          format, name, image, false, false, Long.parseLong(range[0]), Long.parseLong(range[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() throws IOException {
    return bytes(image);
  }

  /// The expected tree, line by line.
  String tree() throws IOException {
    return Files.readString(image.resolveSibling(name + ".tree"), StandardCharsets.UTF_8);
  }

  /// The expected notes, a line each.
  String notes() throws IOException {
    Path notes = image.resolveSibling(name + ".notes");
    return Files.exists(notes) ? Files.readString(notes, StandardCharsets.UTF_8) : "";
  }

  private static byte[] bytes(Path image) throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    return image.toString().endsWith(".gz")
        ? new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes()
        : bytes;
  }

  @Override
  public String toString() {
    return format + "/" + name;
  }
}
