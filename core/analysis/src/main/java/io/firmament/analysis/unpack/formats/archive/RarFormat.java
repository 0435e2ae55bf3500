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
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/// RAR archives of versions 1.5 to 4 and 5: their blocks up to the end, and the files that are
/// stored. Each header has a CRC.
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
            "only stored files are read: the compression has no free description; the names of "
                + "the others are told",
            "owners are not read; names of version 4 are kept in their local form",
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
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    RarBlocks blocks = blocks(content);
    List<String> compressed = new ArrayList<>();
    List<String> locked = new ArrayList<>();
    boolean ended = false;
    while (!ended && blocks.more()) {
      RarBlocks.Block block = blocks.next();
      switch (block.kind()) {
        case FILE -> file(content, block, sink, compressed, locked);
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
    if (!compressed.isEmpty()) {
      sink.unsupported("rar: compressed files are not read: " + names(compressed));
    }
    if (!ended) {
      throw new TruncatedException("there is no end mark");
    }
  }

  private static void file(
      ByteSource content,
      RarBlocks.Block block,
      Sink sink,
      List<String> compressed,
      List<String> locked)
      throws IOException {
    boolean link =
        block.link().length > 0
            || (block.mode() >= 0 && RawEntry.type(block.mode()) == EntryType.SYMLINK);
    EntryType type =
        block.directory() ? EntryType.DIRECTORY : link ? EntryType.SYMLINK : EntryType.FILE;
    int mode = block.mode() >= 0 ? block.mode() & 07777 : block.directory() ? 0755 : 0644;
    RawEntry raw = RawEntry.plain(block.name(), type, mode, block.mtime());
    String shown = new String(block.name(), java.nio.charset.StandardCharsets.UTF_8);
    if (block.directory()) {
      sink.entry(raw);
      return;
    }
    ByteSource data = content.slice(block.data(), block.end() - block.data());
    if (block.link().length > 0) {
      sink.entry(raw.linkTo(block.link()));
    } else if (block.encrypted()) {
      locked.add(shown);
    } else if (link && block.stored()) {
      sink.entry(raw.linkTo(Binary.upTo(data, 0, sink.limits().nameBytes())));
    } else if (block.stored()) {
      CheckedContent body =
          new CheckedContent(
              new SourceInputStream(data, 0), block.size(), new CRC32(), block.sum());
      sink.file(raw, block.sum() < 0 ? Body.of(data) : Body.decoded(() -> body));
    } else {
      compressed.add(shown);
    }
  }

  private static String names(List<String> names) {
    int more = names.size() - NAMED;
    return String.join(", ", names.subList(0, Math.min(names.size(), NAMED)))
        + (more > 0 ? " and %d more".formatted(more) : "");
  }
}
