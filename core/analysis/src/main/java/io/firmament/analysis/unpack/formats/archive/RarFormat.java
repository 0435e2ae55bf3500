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
import io.firmament.analysis.unpack.io.CheckedContent;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.rar.RarDecoder;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/// RAR archives of versions 1.5 to 4 and 5: their blocks up to the end, and the files that are
/// stored or compressed by version 2.9 or later. Each header has a CRC.
public final class RarFormat implements Format {
  private static final int NAMED = 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "rar",
        "RAR archive (versions 1.5 to 5)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "526172211a0700"), Magic.hex(0, "526172211a070100")),
        List.of(),
        List.of(
            "files compressed by versions before 2.9 and by 7 with a dictionary of its own, and "
                + "those that go over several volumes, are not read; their names are told",
            "of the filters of version 3 the usual ones are known; owners are not read",
            "the end of an archive whose headers are encrypted is not known"),
        List.of("RAR 5.0 archive format (rarlab.com/technote.htm)", "RAR 4.20 technote.txt"));
  }

  private static RarBlocks blocks(ByteSource archive) throws IOException {
    return Binary.u8(archive, 6) == 0 ? new Rar4Blocks(archive) : new Rar5Blocks(archive);
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long end = start;
    int files = 0;
    String version = "4";
    boolean ended = false;
    try {
      RarBlocks blocks = blocks(source.slice(start, source.size() - start));
      version = blocks.version();
      while (!ended && end <= source.size() && blocks.more()) {
        RarBlocks.Block block = blocks.next();
        if (block.kind() == RarBlocks.Kind.ENCRYPTION) {
          Map<String, String> meta = Map.of("version", version, "headers", "encrypted");
          return Optional.of(new Chunk(start, source.size(), Confidence.MEDIUM, true, meta));
        }
        end = start + block.end();
        files += block.kind() == RarBlocks.Kind.FILE ? 1 : 0;
        ended = block.kind() == RarBlocks.Kind.END;
      }
    } catch (IOException e) {
      if (end == start) {
        return Optional.empty();
      }
    }
    Map<String, String> meta = Map.of("version", version, "files", Integer.toString(files));
    return Chunk.sized(source, start, end - start, ended, meta);
  }

  @Override
  public void unpack(ByteSource image, Chunk chunk, Sink sink) throws IOException {
    RarBlocks blocks = blocks(image);
    List<String> unread = new ArrayList<>();
    Map<Integer, RarDecoder> decoders = new HashMap<>();
    List<String> locked = new ArrayList<>();
    boolean ended = false;
    while (!ended && blocks.more()) {
      RarBlocks.Block block = blocks.next();
      switch (block.kind()) {
        case FILE -> {
          boolean stands = !block.directory() && block.link().length + block.same().length == 0;
          if (stands && block.encrypted()) {
            locked.add(shown(block));
          } else if (stands && !block.packing().readable()) {
            unread.add(shown(block));
          } else {
            file(image, block, sink, decoders);
          }
        }
        case ENCRYPTION -> {
          sink.encrypted("rar: the archive needs a password");
          return;
        }
        case END -> ended = true;
        case OTHER -> {}
      }
    }
    if (!locked.isEmpty()) {
      sink.encrypted("rar: files that need a password: " + names(locked));
    }
    if (!unread.isEmpty()) {
      sink.unsupported("rar: files that are not read: " + names(unread));
    }
    if (!ended) {
      throw new TruncatedException("there is no end mark");
    }
  }

  private static void file(
      ByteSource content, RarBlocks.Block block, Sink sink, Map<Integer, RarDecoder> decoders)
      throws IOException {
    boolean link =
        block.link().length > 0
            || (block.mode() >= 0 && RawEntry.type(block.mode()) == EntryType.SYMLINK);
    EntryType type =
        block.directory() ? EntryType.DIRECTORY : link ? EntryType.SYMLINK : EntryType.FILE;
    int mode = block.mode() >= 0 ? block.mode() & 07777 : block.directory() ? 0755 : 0644;
    RawEntry raw = RawEntry.plain(block.name(), type, mode, block.mtime());
    ByteSource data = content.slice(block.data(), block.end() - block.data());
    if (block.directory()) {
      sink.entry(raw);
    } else if (block.link().length > 0) {
      sink.entry(raw.linkTo(block.link()));
    } else if (block.same().length > 0) {
      sink.hardLink(raw, block.same());
    } else if (link) {
      try (InputStream in = decoded(block, data, decoders)) {
        sink.entry(raw.linkTo(in.readNBytes(sink.limits().nameBytes())));
      }
    } else if (block.packing().stored() && block.sum() < 0) {
      sink.file(raw, Body.of(data));
    } else {
      sink.file(raw, Body.decoded(() -> checked(block, decoded(block, data, decoders))));
    }
  }

  private static InputStream checked(RarBlocks.Block block, InputStream in) {
    return block.sum() < 0 ? in : new CheckedContent(in, block.size(), new CRC32(), block.sum());
  }

  private static InputStream decoded(
      RarBlocks.Block block, ByteSource data, Map<Integer, RarDecoder> decoders)
      throws IOException {
    RarBlocks.Packing packing = block.packing();
    if (packing.stored()) {
      return new SourceInputStream(data, 0);
    }
    return decoders
        .computeIfAbsent(
            packing.version(),
            version -> version == 50 ? RarDecoder.version5() : RarDecoder.version3())
        .open(data, block.size(), packing.dictionary(), packing.solid());
  }

  private static String shown(RarBlocks.Block block) {
    return new String(block.name(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String names(List<String> names) {
    int more = names.size() - NAMED;
    return String.join(", ", names.subList(0, Math.min(names.size(), NAMED)))
        + (more > 0 ? " and %d more".formatted(more) : "");
  }
}
