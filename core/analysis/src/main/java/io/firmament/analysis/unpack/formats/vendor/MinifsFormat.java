package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tukaani.xz.LZMAInputStream;

/// TP-Link's MINIFS: names, files, and pieces in LZMA, each of which holds several files.
public final class MinifsFormat implements Format {
  private static final int HEADER = 32;
  private static final int FILE = 20;
  private static final int PIECE = 12;
  private static final int MOST_NAMES = 16 << 20;
  private static final int MOST_FILES = 1 << 17;
  private static final long MOST_PIECE = 32 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "minifs",
        "TP-Link MINIFS file system",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "4d494e494653 00000000000000000000")),
        List.of(),
        List.of(
            "owners, modes and times are not stored",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://arxiv.org/abs/2407.05064", "BANG minifs.ksy"));
  }

  /// A file: places of its folder's and its own name, its piece, and where it is in that.
  private record Stored(long folder, long name, int piece, long offset, long size) {}

  /// A piece behind the tables.
  private record Piece(long offset, long length, long size) {}

  private record Tables(byte[] names, List<Stored> files, List<Piece> pieces, long data) {
    long end() {
      return data + pieces.stream().mapToLong(p -> p.offset + p.length).max().orElse(0);
    }

    String name(long at) throws CorruptException {
      if (at >= names.length) {
        throw new CorruptException("a name that is not there");
      }
      return Binary.text(names, (int) at, names.length - (int) at);
    }
  }

  private static Tables tables(ByteSource source) throws IOException {
    byte[] head = Binary.bytes(source, 0, HEADER);
    long count = Binary.u32be(head, 20);
    long namesLength = Binary.u32be(head, 28);
    if (count == 0 || count > MOST_FILES || namesLength == 0 || namesLength > MOST_NAMES) {
      throw new CorruptException("a header that makes no sense");
    }
    byte[] names = Binary.bytes(source, HEADER, (int) namesLength);
    long at = HEADER + namesLength;
    byte[] table = Binary.bytes(source, at, (int) count * FILE);
    List<Stored> files = new ArrayList<>();
    long pieceCount = 0;
    for (int i = 0; i < table.length; i += FILE) {
      long piece = Binary.u32be(table, i + 8);
      if (piece >= count
          || Binary.u32be(table, i) >= namesLength
          || Binary.u32be(table, i + 4) >= namesLength) {
        throw new CorruptException("a file that makes no sense");
      }
      pieceCount = Math.max(pieceCount, piece + 1);
      files.add(
          new Stored(
              Binary.u32be(table, i),
              Binary.u32be(table, i + 4),
              (int) piece,
              Binary.u32be(table, i + 12),
              Binary.u32be(table, i + 16)));
    }
    at += table.length;
    byte[] list = Binary.bytes(source, at, (int) pieceCount * PIECE);
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < list.length; i += PIECE) {
      pieces.add(
          new Piece(Binary.u32be(list, i), Binary.u32be(list, i + 4), Binary.u32be(list, i + 8)));
    }
    return new Tables(names, files, pieces, at + list.length);
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      Tables tables = tables(source.slice(start, source.size() - start));
      Map<String, String> meta = Map.of("files", Integer.toString(tables.files.size()));
      return Chunk.sized(source, start, tables.end(), false, meta);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// By piece, so that each is decoded once.
  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Tables tables = tables(content);
    List<Stored> files = new ArrayList<>(tables.files);
    files.sort(Comparator.comparingInt(Stored::piece));
    int decoded = -1;
    ByteSource data = HeapByteSource.of(new byte[0]);
    for (Stored file : files) {
      if (file.piece != decoded) {
        decoded = file.piece;
        data = HeapByteSource.of(decoded(content, tables, decoded, sink));
      }
      String folder = tables.name(file.folder);
      String path = (folder.isEmpty() ? "" : folder + "/") + tables.name(file.name);
      RawEntry raw = RawEntry.plain(Binary.ascii(path), EntryType.FILE, 0644, 0);
      sink.file(raw, Body.range(data, file.offset, file.size));
    }
    chunk.requireWhole();
  }

  /// What there is of a piece; what is wrong with it is said.
  private static byte[] decoded(ByteSource content, Tables tables, int number, Sink sink)
      throws LimitException {
    Piece piece = tables.pieces.get(number);
    if (piece.size > Math.min(MOST_PIECE, sink.limits().codecMemory())) {
      throw new LimitException(
          Note.Limit.CODEC_MEMORY, "a piece of %d bytes".formatted(piece.size));
    }
    byte[] out = new byte[(int) piece.size];
    ByteSource stored = content.slice(tables.data + piece.offset, piece.length);
    int memory = (int) Math.min(sink.limits().codecMemory() >> 10, Integer.MAX_VALUE);
    int done = 0;
    try (InputStream in = new LZMAInputStream(new SourceInputStream(stored, 0), memory)) {
      for (int n = in.read(out, 0, Math.min(out.length, 4096)); n > 0; ) {
        done += n;
        n = in.read(out, done, Math.min(out.length - done, 4096));
      }
    } catch (IOException e) {
      sink.corrupt("minifs: piece %d does not decode".formatted(number));
    }
    return java.util.Arrays.copyOf(out, done);
  }
}
