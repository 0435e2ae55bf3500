package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// The files of one image: entries of directories, each with the place of its own listing.
final class WimTree {
  private static final int FIXED = 102;
  private static final int DIRECTORY = 0x10;
  private static final int REPARSE = 0x400;
  private static final long SYMLINK = 0xa000000cL;
  private static final long JUNCTION = 0xa0000003L;
  private static final int UNNAMED_STREAM = 38;
  private static final int LONGEST_TARGET = 1 << 14;
  private static final String NONE = "0".repeat(40);

  /// Seconds from 1601 to 1970.
  private static final long EPOCH = 11_644_473_600L;

  private final byte[] b;
  private final WimResources resources;
  private final String prefix;
  private final Sink sink;
  private final Set<Long> listed = new HashSet<>();

  private final List<Content> contents = new ArrayList<>();

  private record Listing(String path, long at) {}

  /// An entry with a content.
  ///
  /// @param tag of a link; 0 for a file
  private record Content(RawEntry entry, String sha1, long tag) {}

  /// @param metadata of the image, decoded
  WimTree(byte[] metadata, WimResources resources, String prefix, Sink sink) {
    this.b = metadata;
    this.resources = resources;
    this.prefix = prefix;
    this.sink = sink;
  }

  /// Security descriptors come first, then the entry of the root.
  void give() throws IOException {
    long root = Binary.u32le(bytes(0, 8), 0) + 7 & ~7L;
    Deque<Listing> pending = new ArrayDeque<>();
    pending.add(new Listing(prefix, Binary.i64le(bytes(root, FIXED), 16)));
    while (!pending.isEmpty()) {
      Listing listing = pending.removeFirst();
      if (listing.at != 0) {
        try {
          list(listing, pending);
        } catch (LimitException e) {
          throw e;
        } catch (IOException e) {
          sink.corrupt("wim: " + listing.path + ": " + e.getMessage());
        }
      }
    }
    contents.sort(Comparator.comparingLong(content -> resources.order(content.sha1)));
    for (Content content : contents) {
      give(content);
    }
  }

  /// In the order in which the contents lie: those of a solid resource are decoded together.
  private void give(Content content) throws LimitException {
    String sha1 = content.sha1;
    if (content.tag == 0) {
      sink.file(
          content.entry,
          Body.decoded(
              () -> sha1.equals(NONE) ? InputStream.nullInputStream() : resources.open(sha1)));
      return;
    }
    try {
      sink.entry(content.entry.linkTo(target(sha1, content.tag == SYMLINK)));
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      String path = new String(content.entry.name(), StandardCharsets.UTF_8);
      sink.corrupt("wim: " + path + ": " + e.getMessage());
    }
  }

  private byte[] bytes(long at, int length) throws CorruptException {
    if (at < 0 || at > b.length - length) {
      throw new CorruptException("an entry past the end of the metadata");
    }
    return java.util.Arrays.copyOfRange(b, (int) at, (int) at + length);
  }

  private void list(Listing listing, Deque<Listing> pending) throws IOException {
    if (!listed.add(listing.at)) {
      throw new CorruptException("a directory that is listed twice");
    }
    long at = listing.at;
    while (true) {
      long length = Binary.i64le(bytes(at, 8), 0);
      if (length < FIXED) {
        return;
      }
      byte[] fixed = bytes(at, FIXED);
      int nameLength = Binary.u16le(fixed, 100);
      String name = new String(bytes(at + FIXED, nameLength), StandardCharsets.UTF_16LE);
      String path = listing.path + name.replace('/', '_');
      String sha1 = HexFormat.of().formatHex(fixed, 64, 84);
      at += length + 7 & ~7L;
      for (int streams = Binary.u16le(fixed, 96); streams > 0; streams--) {
        byte[] stream = bytes(at, UNNAMED_STREAM);
        boolean unnamed = Binary.u16le(stream, 36) == 0;
        String own = HexFormat.of().formatHex(stream, 16, 36);
        sha1 = unnamed && !own.equals(NONE) ? own : sha1;
        long streamLength = Binary.i64le(stream, 0);
        if (streamLength < UNNAMED_STREAM) {
          throw new CorruptException("a stream that makes no sense");
        }
        at += streamLength + 7 & ~7L;
      }
      entry(path, fixed, sha1, pending);
    }
  }

  private void entry(String path, byte[] fixed, String sha1, Deque<Listing> pending)
      throws IOException {
    int attributes = (int) Binary.u32le(fixed, 8);
    long mtime = Binary.i64le(fixed, 56) / 10_000_000 - EPOCH;
    byte[] raw = path.getBytes(StandardCharsets.UTF_8);
    long tag = Binary.u32le(fixed, 88);
    if ((attributes & REPARSE) != 0 && (tag == SYMLINK || tag == JUNCTION)) {
      later(RawEntry.plain(raw, EntryType.SYMLINK, 0777, mtime), sha1, tag);
    } else if ((attributes & DIRECTORY) != 0) {
      sink.entry(RawEntry.plain(raw, EntryType.DIRECTORY, 0755, mtime));
      pending.add(new Listing(path + "/", Binary.i64le(fixed, 16)));
    } else {
      later(RawEntry.plain(raw, EntryType.FILE, 0644, mtime), sha1, 0);
    }
  }

  private void later(RawEntry entry, String sha1, long tag) throws LimitException {
    if (contents.size() >= sink.limits().entries()) {
      throw new LimitException(Note.Limit.ENTRIES, "more files than there may be");
    }
    contents.add(new Content(entry, sha1, tag));
  }

  /// [MS-FSCC] 2.1.2.4: places and lengths of two forms of the target, of which the second is for
  /// people.
  private byte[] target(String sha1, boolean symlink) throws IOException {
    byte[] data;
    try (InputStream in = resources.open(sha1)) {
      data = in.readNBytes(LONGEST_TARGET);
    }
    int names = symlink ? 12 : 8;
    if (data.length < names) {
      throw new CorruptException("a link without a target");
    }
    boolean printed = Binary.u16le(data, 6) > 0;
    int from = names + Binary.u16le(data, printed ? 4 : 0);
    int length = Binary.u16le(data, printed ? 6 : 2);
    if (from + length > data.length) {
      throw new CorruptException("a link without a target");
    }
    return new String(data, from, length, StandardCharsets.UTF_16LE)
        .replace('\\', '/')
        .getBytes(StandardCharsets.UTF_8);
  }
}
