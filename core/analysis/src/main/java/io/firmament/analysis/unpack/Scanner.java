package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds chunks: at the start of a blob, or at every offset in one pass for all magics together.
///
/// The pass looks at each pair of bytes: a set of 65,536 bits says whether any magic starts with
/// it, and only then a table says which.
final class Scanner {
  private static final int WINDOW = 1 << 16;
  private static final int HEAD = 1 << 12;

  /// A chunk and the format that claims it.
  record Hit(Format format, Chunk chunk) {
    long length() {
      return chunk.length();
    }
  }

  /// What a scan found, in order of offset and without overlaps.
  ///
  /// @param exhausted ids of formats whose probes cost too much, so that they were dropped from the
  ///     scan
  record Found(List<Hit> hits, Set<String> exhausted) {}

  private record Pattern(Format format, String id, Magic magic) {}

  private final List<Pattern> patterns = new ArrayList<>();
  private final Pattern[] @Nullable [] dispatch = new Pattern[1 << 16][];
  private final long[] starts = new long[1 << 10];
  private final int longestMagic;

  Scanner(List<Format> formats) {
    int longest = 2;
    for (Format format : formats) {
      for (Magic magic : format.card().magics()) {
        Pattern pattern = new Pattern(format, format.card().id(), magic);
        patterns.add(pattern);
        if (magic.fromEnd()) {
          continue;
        }
        longest = Math.max(longest, magic.bytes().length);
        int key = (magic.bytes()[0] & 0xff) << 8 | (magic.bytes()[1] & 0xff);
        Pattern[] old = dispatch[key];
        Pattern[] more = old == null ? new Pattern[1] : Arrays.copyOf(old, old.length + 1);
        more[more.length - 1] = pattern;
        dispatch[key] = more;
        starts[key >> 6] |= 1L << key;
      }
    }
    longestMagic = longest;
  }

  /// The best chunk that starts at the first byte.
  Optional<Hit> atStart(ByteSource source) {
    Meters meters = new Meters(source);
    byte[] head = Binary.upTo(source, 0, HEAD);
    Hit best = null;
    for (Pattern pattern : patterns) {
      if (startsWith(source, head, pattern.magic)) {
        best = better(best, meters.probe(pattern, 0));
      }
    }
    return Optional.ofNullable(best);
  }

  private static boolean startsWith(ByteSource source, byte[] head, Magic magic) {
    byte[] bytes = magic.bytes();
    if (magic.fromEnd()) {
      return Binary.matches(source, source.size() + magic.offset(), bytes);
    }
    int end = magic.offset() + bytes.length;
    return end <= head.length
        ? Arrays.equals(bytes, 0, bytes.length, head, magic.offset(), end)
        : source.size() > HEAD && Binary.matches(source, magic.offset(), bytes);
  }

  /// Chunks at any offset.
  Found everywhere(ByteSource source) {
    return from(source, 0);
  }

  /// Chunks at any offset from `first` on.
  Found from(ByteSource source, long first) {
    return new Pass(source, first).run();
  }

  /// One pass over a blob.
  private final class Pass {
    private final ByteSource source;
    private final Meters meters;
    private final List<Hit> hits = new ArrayList<>();
    private final byte[] window = new byte[WINDOW + longestMagic];
    private long base;
    private int filled;
    private long skipTo;

    Pass(ByteSource source, long first) {
      this.source = source;
      this.skipTo = first;
      this.meters = new Meters(source);
    }

    Found run() {
      for (base = 0; base < source.size() - 1; base += WINDOW) {
        if (skipTo < base + WINDOW) {
          base = Math.max(base, source.nextData(base) / WINDOW * WINDOW);
          if (base >= source.size() - 1) {
            break;
          }
          filled = source.read(base, window, 0, window.length);
          if (!isFiller()) {
            window((int) Math.max(0, skipTo - base), Math.min(WINDOW, filled - 1));
          }
        }
      }
      return new Found(withoutOverlaps(hits), meters.exhausted());
    }

    /// Erased flash and holes are passed over at the speed of memory.
    private boolean isFiller() {
      int filler = window[0] & 0xff;
      return (filler == 0 || filler == 0xff)
          && dispatch[filler << 8 | filler] == null
          && Arrays.equals(window, 0, filled - 1, window, 1, filled);
    }

    private void window(int from, int to) {
      byte[] bytes = window;
      long[] bits = starts;
      int i = from;
      int key = bytes[i] & 0xff;
      while (i < to) {
        key = (key << 8 | (bytes[i + 1] & 0xff)) & 0xffff;
        if ((bits[key >> 6] & 1L << key) != 0) {
          candidates(key, i);
          if (skipTo > base + i + 1) {
            i = (int) Math.min(skipTo - base, to);
            key = bytes[i] & 0xff;
            continue;
          }
        }
        i++;
      }
    }

    /// Asks the formats whose magic is here; moves on behind a chunk that is more than a guess.
    private void candidates(int key, int i) {
      Pattern[] candidates = dispatch[key];
      Hit best = null;
      for (Pattern pattern : candidates == null ? new Pattern[0] : candidates) {
        byte[] magic = pattern.magic.bytes();
        long start = base + i - pattern.magic.offset();
        if (start >= skipTo
            && i + magic.length <= filled
            && Arrays.equals(magic, 0, magic.length, window, i, i + magic.length)) {
          best = better(best, meters.probe(pattern, start));
        }
      }
      if (best != null) {
        hits.add(best);
        if (best.chunk().confidence() != Confidence.LOW) {
          skipTo = best.chunk().end();
        }
      }
    }
  }

  /// What the probes of each format may still cost in one scan.
  private static final class Meters {
    private final ByteSource source;
    private final Map<String, MeteredSource> byFormat = new LinkedHashMap<>();

    Meters(ByteSource source) {
      this.source = source;
    }

    Set<String> exhausted() {
      Set<String> ids = new TreeSet<>();
      byFormat.forEach(
          (id, metered) -> {
            if (metered.exhausted()) {
              ids.add(id);
            }
          });
      return ids;
    }

    /// A probe that fails in an unforeseen way has not recognised its format.
    @Nullable Hit probe(Pattern pattern, long start) {
      MeteredSource metered =
          byFormat.computeIfAbsent(pattern.id, key -> new MeteredSource(source));
      if (metered.exhausted()) {
        return null;
      }
      try {
        Chunk chunk = pattern.format.probe(metered, start).orElse(null);
        return chunk == null || chunk.start() != start || chunk.end() > source.size()
            ? null
            : new Hit(pattern.format, chunk);
      } catch (UncheckedIOException e) {
        throw e;
      } catch (RuntimeException | StackOverflowError e) {
        return null;
      }
    }
  }

  private static @Nullable Hit better(@Nullable Hit one, @Nullable Hit other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return BETTER.compare(other, one) < 0 ? other : one;
  }

  private static final Comparator<Hit> BETTER =
      Comparator.comparing((Hit hit) -> hit.chunk().confidence() == Confidence.LOW)
          .thenComparing(Comparator.comparingLong(Hit::length).reversed())
          .thenComparing(hit -> hit.chunk().confidence())
          .thenComparingLong(hit -> hit.chunk().start());

  private static List<Hit> withoutOverlaps(List<Hit> hits) {
    List<Hit> best = new ArrayList<>(hits);
    best.sort(BETTER);
    TreeMap<Long, Hit> kept = new TreeMap<>();
    for (Hit hit : best) {
      Map.Entry<Long, Hit> before = kept.lowerEntry(hit.chunk().end());
      if (before == null || before.getValue().chunk().end() <= hit.chunk().start()) {
        kept.put(hit.chunk().start(), hit);
      }
    }
    return List.copyOf(kept.values());
  }
}
