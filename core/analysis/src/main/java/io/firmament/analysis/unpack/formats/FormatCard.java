package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.unpack.io.Binary;
import java.util.List;

/// What a format says of itself; the support matrix is made from these.
///
/// @param id short and stable, as in `uimage>gzip>cpio`
/// @param suffixes of file names that a payload loses, for example `.gz`
/// @param limitations what the reader does not do; none means fully supported
/// @param references specifications
public record FormatCard(
    String id,
    String title,
    Kind kind,
    List<Magic> magics,
    List<String> suffixes,
    List<String> limitations,
    List<String> references) {
  /// What a format holds.
  public enum Kind {
    /// One compressed stream.
    STREAM,
    /// Files with names.
    TREE,
    /// A header around one or more blobs.
    WRAPPER,
    /// Data that is known and kept as a file.
    DATA,
    /// A key or certificate, which is kept as a file and told of wherever it is one.
    KEY
  }

  /// Bytes at a fixed distance from the start of a chunk.
  ///
  /// @param offset a negative one counts from the end of a blob, which then is the whole chunk
  public record Magic(int offset, byte[] bytes) {
    public Magic {
      if (bytes.length < 2) {
        throw new IllegalArgumentException("a magic has at least two bytes");
      }
    }

    /// Whether it is looked for at the end of a blob.
    public boolean fromEnd() {
      return offset < 0;
    }

    /// Hexadecimal digits, blanks ignored.
    public static Magic hex(int offset, String hex) {
      return new Magic(offset, java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    public static Magic text(int offset, String text) {
      return new Magic(offset, Binary.ascii(text));
    }
  }

  public FormatCard {
    magics = List.copyOf(magics);
    suffixes = List.copyOf(suffixes);
    limitations = List.copyOf(limitations);
    references = List.copyOf(references);
  }

  public boolean fullySupported() {
    return limitations.isEmpty();
  }
}
