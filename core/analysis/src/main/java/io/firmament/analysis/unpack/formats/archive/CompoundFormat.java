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
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Compound files of Microsoft: storages and streams, as installers (MSI) and old documents have
/// them. The names of an installer's streams, which are coded, are given in the clear.
public final class CompoundFormat implements Format {
  private static final String CHARACTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
  private static final int DEEPEST = 64;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "compound",
        "Compound file (MSI installer, OLE document)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(0, "d0cf11e0a1b11ae1")),
        List.of(),
        List.of("the tables of an installer are streams here, not read"),
        List.of("[MS-CFB] Compound File Binary File Format"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      CompoundFile file = new CompoundFile(source.slice(start, source.size() - start));
      CompoundFile.Item root = file.item(0);
      if (root.kind() != CompoundFile.ROOT) {
        return Optional.empty();
      }
      String kind = isInstaller(root) ? "MSI" : "compound";
      return Chunk.sized(source, start, file.end(), false, Map.of("kind", kind));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isInstaller(CompoundFile.Item root) {
    return root.classId().startsWith("84100c0000000000c000000000000046")
        || root.classId().startsWith("86100c0000000000c000000000000046");
  }

  /// An item and the storage it is in.
  private record Place(long number, String folder, int depth) {}

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    CompoundFile file = new CompoundFile(content);
    CompoundFile.Item root = file.item(0);
    boolean installer = isInstaller(root);
    BitSet seen = new BitSet();
    Deque<Place> places = new ArrayDeque<>();
    places.push(new Place(root.child(), "", 0));
    while (!places.isEmpty()) {
      Place place = places.pop();
      if (place.number == CompoundFile.NONE) {
        continue;
      }
      if (place.number >= file.items() || seen.get((int) place.number)) {
        throw new CorruptException("a directory that makes no sense");
      }
      seen.set((int) place.number);
      CompoundFile.Item item = file.item(place.number);
      places.push(new Place(item.right(), place.folder, place.depth));
      String name = place.folder + (installer ? plain(item.name()) : item.name()).replace('/', '_');
      byte[] path = name.getBytes(StandardCharsets.UTF_8);
      if (item.kind() == CompoundFile.STORAGE && place.depth < DEEPEST) {
        sink.entry(RawEntry.plain(path, EntryType.DIRECTORY, 0755, item.modified()));
        places.push(new Place(item.child(), name + "/", place.depth + 1));
      } else if (item.kind() == CompoundFile.STREAM) {
        sink.file(
            RawEntry.plain(path, EntryType.FILE, 0644, 0), Body.decoded(() -> file.open(item)));
      } else {
        throw new CorruptException("an item of kind %d".formatted(item.kind()));
      }
      places.push(new Place(item.left(), place.folder, place.depth));
    }
    chunk.requireWhole();
  }

  /// Two characters of 64 are one of 3800 to 47FF, one is one of 4800 to 483F, and 4840 stands
  /// before the name of a table.
  private static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 0x3800 && c < 0x4800) {
        plain.append(CHARACTERS.charAt(c - 0x3800 & 63));
        plain.append(CHARACTERS.charAt((c - 0x3800) >> 6));
      } else if (c >= 0x4800 && c < 0x4840) {
        plain.append(CHARACTERS.charAt(c - 0x4800));
      } else {
        plain.append(c == 0x4840 ? '!' : c);
      }
    }
    return plain.toString();
  }
}
