package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
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
import io.firmament.analysis.unpack.io.LzxDecoder;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Microsoft cabinet, stored or compressed with MSZIP or LZX.
public final class CabFormat implements Format {
  private static final int HEADER = 36;
  private static final int FOLDER = 8;
  private static final int FILE = 16;
  private static final int BLOCK = 8;
  private static final int MOST_FOLDER = 64 << 20;
  private static final int DICTIONARY = 1 << 15;
  private static final int NAME_IS_UTF = 0x80;
  private static final int STORED = 0;
  private static final int MSZIP = 1;
  private static final int LZX = 3;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "cab",
        "Microsoft cabinet",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "4d534346 00000000")),
        List.of(),
        List.of(
            "Quantum is not decoded",
            "files that go over several cabinets are not read",
            "folders of more than 64 MiB are not read",
            "checksums of blocks are not verified"),
        List.of(
            "[MS-CAB] Cabinet File Format", "Microsoft Cabinet SDK, LZX data compression format"));
  }

  private record Header(
      long size,
      long files,
      int folders,
      int count,
      int flags,
      long foldersAt,
      int blockExtra,
      int folderExtra) {}

  private static Header header(ByteSource source) throws IOException {
    byte[] b = Binary.bytes(source, 0, HEADER);
    int flags = Binary.u16le(b, 30);
    long at = HEADER;
    int blockExtra = 0;
    int folderExtra = 0;
    if ((flags & 4) != 0) {
      folderExtra = Binary.u8(source, HEADER + 2);
      blockExtra = Binary.u8(source, HEADER + 3);
      at += 4 + Binary.u16le(source, HEADER);
    }
    for (int i = 0; i < Integer.bitCount(flags & 3) * 2; i++) {
      byte[] text = Binary.upTo(source, at, 256);
      at += Binary.text(text, 0, text.length).length() + 1L;
    }
    return new Header(
        Binary.u32le(b, 8),
        Binary.u32le(b, 16),
        Binary.u16le(b, 26),
        Binary.u16le(b, 28),
        flags,
        at,
        blockExtra,
        folderExtra);
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource cabinet = source.slice(start, source.size() - start);
      Header header = header(cabinet);
      int version = Binary.u16le(cabinet, 24);
      boolean plausible =
          version == 0x0103
              && header.folders > 0
              && header.count > 0
              && header.files >= header.foldersAt
              && header.files < header.size;
      return plausible
          ? Chunk.sized(source, start, header.size, false, Map.of())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = header(content);
    int folder = -1;
    ByteSource data = HeapByteSource.of(new byte[0]);
    long at = header.files;
    for (int i = 0; i < header.count; i++) {
      byte[] file = Binary.bytes(content, at, FILE);
      byte[] text = Binary.upTo(content, at + FILE, 256);
      String name = Binary.text(text, 0, text.length);
      at += FILE + name.length() + 1L;
      int wanted = Binary.u16le(file, 8);
      if (wanted >= header.folders) {
        sink.unsupported("cab: " + name + " is in several cabinets");
        continue;
      }
      if (wanted != folder) {
        folder = wanted;
        data = folder(content, header, folder, sink);
      }
      ByteSource body = data.slice(Binary.u32le(file, 4), Binary.u32le(file, 0));
      if (body.size() < Binary.u32le(file, 0)) {
        sink.corrupt("cab: " + name + " is not in its folder");
        continue;
      }
      boolean utf = (file[14] & NAME_IS_UTF) != 0;
      byte[] path =
          utf
              ? Binary.ascii(name.replace('\\', '/'))
              : name.replace('\\', '/').getBytes(StandardCharsets.UTF_8);
      long time = DosTime.seconds(Binary.u16le(file, 10), Binary.u16le(file, 12));
      sink.file(RawEntry.plain(path, EntryType.FILE, 0644, time), Body.of(body));
    }
    chunk.requireWhole();
  }

  /// The decoded data of a folder; empty, with a note, where it cannot be decoded.
  private static ByteSource folder(ByteSource content, Header header, int index, Sink sink)
      throws IOException {
    byte[] folder =
        Binary.bytes(
            content, header.foldersAt + (long) index * (FOLDER + header.folderExtra), FOLDER);
    int type = Binary.u16le(folder, 6) & 15;
    if (type != STORED && type != MSZIP && type != LZX) {
      sink.unsupported("cab: compression " + type);
      return HeapByteSource.of(new byte[0]);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long at = Binary.u32le(folder, 0);
    byte[] before = {};
    try {
      LzxDecoder lzx = type == LZX ? new LzxDecoder(Binary.u16le(folder, 6) >> 8 & 31) : null;
      for (int i = 0; i < Binary.u16le(folder, 4); i++) {
        byte[] block = Binary.bytes(content, at, BLOCK);
        int size = Binary.u16le(block, 4);
        byte[] bytes = Binary.bytes(content, at + BLOCK + header.blockExtra, size);
        int decoded = Binary.u16le(block, 6);
        before =
            type == STORED
                ? bytes
                : lzx != null ? lzx.frame(bytes, decoded) : inflated(bytes, decoded, before);
        out.write(before);
        if (out.size() > MOST_FOLDER) {
          throw new CorruptException("a folder of more than 64 MiB");
        }
        at += BLOCK + header.blockExtra + size;
      }
    } catch (TruncatedException | CorruptException e) {
      sink.corrupt("cab: folder " + index + ": " + e.getMessage());
    }
    return HeapByteSource.of(out.toByteArray());
  }

  /// `CK`, then a deflate stream whose dictionary is the block before.
  private static byte[] inflated(byte[] block, int size, byte[] before) throws IOException {
    if (block.length < 2 || block[0] != 'C' || block[1] != 'K' || size > DICTIONARY) {
      throw new CorruptException("no MSZIP block");
    }
    try (Inflater inflater = new Inflater(true)) {
      if (before.length > 0) {
        inflater.setDictionary(before);
      }
      inflater.setInput(block, 2, block.length - 2);
      byte[] out = new byte[size];
      int at = 0;
      while (at < size) {
        int n = inflater.inflate(out, at, size - at);
        if (n == 0) {
          throw new CorruptException("an MSZIP block is too short");
        }
        at += n;
      }
      return out;
    } catch (DataFormatException e) {
      throw new CorruptException("no deflate stream in an MSZIP block");
    }
  }
}
