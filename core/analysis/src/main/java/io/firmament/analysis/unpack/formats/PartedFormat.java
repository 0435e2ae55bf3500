package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A format that is a header and a few parts whose places the header tells.
public abstract class PartedFormat implements Format {
  /// A range of the image, from its first byte.
  public record Part(String name, long offset, long length) {}

  /// What the header's checksums say.
  public enum Check {
    RIGHT,
    WRONG,
    /// The format has none.
    NONE
  }

  /// What a header tells.
  ///
  /// @param length of the whole, header included
  /// @param parts those of length 0 are left out
  public record Parsed(long length, Check check, Map<String, String> meta, List<Part> parts) {}

  /// Reads the header of an image that starts at the first byte of `image` and ends anywhere in it.
  /// An exception means that there is no such image.
  protected abstract Optional<Parsed> parse(ByteSource image) throws IOException;

  @Override
  public final Optional<Chunk> probe(ByteSource source, long start) {
    try {
      Optional<Parsed> parsed = parse(source.slice(start, source.size() - start));
      return parsed.flatMap(
          found ->
              Chunk.sized(source, start, found.length, found.check == Check.RIGHT, found.meta));
    } catch (IOException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Parsed parsed = parse(content).orElseThrow();
    boolean cut = parsed.length > content.size();
    if (parsed.check == Check.WRONG && !cut) {
      sink.corrupt(card().id() + ": a checksum is wrong");
    }
    List<Part> parts = parsed.parts.stream().filter(part -> part.length > 0).toList();
    for (Part part : parts) {
      Body body = body(content, part);
      if (parts.size() == 1) {
        sink.payload(part.name, body);
      } else {
        sink.part(part.name, body);
      }
    }
    if (parts.isEmpty()) {
      sink.leaf(card().id() + ".bin", Body.of(content));
    }
    chunk.requireWhole();
  }

  /// The bytes of a part; for formats that encode them.
  protected Body body(ByteSource content, Part part) throws IOException {
    return Body.of(content.slice(part.offset, part.length));
  }
}
