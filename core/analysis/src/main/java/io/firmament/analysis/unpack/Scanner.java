package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.base.finding.Confidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds chunks: at the start of a blob, or at every offset, by a dispatch table over the first two
/// bytes of all magics.
final class Scanner {
  private static final int WINDOW = 1 << 16;
  private static final int LONGEST_MAGIC = 64;

  /// A chunk and the format that claims it.
  record Hit(Format format, Chunk chunk) {
    long length() {
      return chunk.length();
    }
  }

  /// What a scan found, in order of offset and without overlaps.
  ///
  /// @param exhausted the probes read too much and the scan was ended
  record Found(List<Hit> hits, boolean exhausted) {}

  private record Pattern(Format format, Magic magic) {}

  private final List<Pattern> patterns = new ArrayList<>();
  private final Pattern[] @Nullable [] dispatch = new Pattern[1 << 16][];

  Scanner(List<Format> formats) {
    for (Format format : formats) {
      for (Magic magic : format.card().magics()) {
        patterns.add(new Pattern(format, magic));
      }
    }
    for (Pattern pattern : patterns) {
      int key = key(pattern.magic.bytes(), 0);
      Pattern[] old = dispatch[key];
      Pattern[] more = old == null ? new Pattern[1] : Arrays.copyOf(old, old.length + 1);
      more[more.length - 1] = pattern;
      dispatch[key] = more;
    }
  }

  /// The best chunk that starts at the first byte.
  Optional<Hit> atStart(ByteSource source) {
    MeteredSource metered = new MeteredSource(source);
    Hit best = null;
    for (Pattern pattern : patterns) {
      byte[] magic = pattern.magic.bytes();
      if (!io.firmament.analysis.unpack.io.Binary.matches(source, pattern.magic.offset(), magic)) {
        continue;
      }
      Optional<Hit> hit = probe(pattern.format, metered, 0);
      if (hit.isPresent() && (best == null || BETTER.compare(hit.get(), best) < 0)) {
        best = hit.get();
      }
    }
    return Optional.ofNullable(best);
  }

  /// Chunks at any offset.
  Found everywhere(ByteSource source) {
    List<Hit> hits = new ArrayList<>();
    MeteredSource metered = new MeteredSource(source);
    byte[] window = new byte[WINDOW + LONGEST_MAGIC];
    long skipTo = 0;
    for (long base = 0; base < source.size() - 1; base += WINDOW) {
      if (skipTo >= base + WINDOW) {
        continue;
      }
      int filled = source.read(base, window, 0, window.length);
      int last = Math.min(WINDOW, filled - 1);
      for (int i = (int) Math.max(0, skipTo - base); i < last; i++) {
        Pattern[] candidates = dispatch[key(window, i)];
        if (candidates == null || base + i < skipTo) {
          continue;
        }
        Optional<Hit> hit = candidate(candidates, window, i, filled, base, skipTo, metered);
        if (hit.isPresent()) {
          hits.add(hit.get());
          if (hit.get().chunk().confidence() != Confidence.LOW) {
            skipTo = hit.get().chunk().end();
          }
        }
        if (metered.exhausted()) {
          return new Found(withoutOverlaps(hits), true);
        }
      }
    }
    return new Found(withoutOverlaps(hits), false);
  }

  private static Optional<Hit> candidate(
      Pattern[] candidates,
      byte[] window,
      int i,
      int filled,
      long base,
      long notBefore,
      MeteredSource source) {
    Hit best = null;
    for (Pattern pattern : candidates) {
      byte[] magic = pattern.magic.bytes();
      long start = base + i - pattern.magic.offset();
      if (start < notBefore
          || i + magic.length > filled
          || !Arrays.equals(magic, 0, magic.length, window, i, i + magic.length)) {
        continue;
      }
      Optional<Hit> hit = probe(pattern.format, source, start);
      if (hit.isPresent() && (best == null || BETTER.compare(hit.get(), best) < 0)) {
        best = hit.get();
      }
    }
    return Optional.ofNullable(best);
  }

  /// A probe that fails in an unforeseen way has not recognised its format.
  private static Optional<Hit> probe(Format format, MeteredSource source, long start) {
    try {
      return format
          .probe(source, start)
          .filter(chunk -> chunk.start() == start && chunk.end() <= source.size())
          .map(chunk -> new Hit(format, chunk));
    } catch (java.io.UncheckedIOException e) {
      throw e;
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static final Comparator<Hit> BETTER =
      Comparator.comparing((Hit hit) -> hit.chunk().confidence() == Confidence.LOW)
          .thenComparing(Comparator.comparingLong(Hit::length).reversed())
          .thenComparing(hit -> hit.chunk().confidence())
          .thenComparingLong(hit -> hit.chunk().start());

  private static List<Hit> withoutOverlaps(List<Hit> hits) {
    List<Hit> best = new ArrayList<>(hits);
    best.sort(BETTER);
    java.util.TreeMap<Long, Hit> kept = new java.util.TreeMap<>();
    for (Hit hit : best) {
      java.util.Map.Entry<Long, Hit> before = kept.lowerEntry(hit.chunk().end());
      if (before == null || before.getValue().chunk().end() <= hit.chunk().start()) {
        kept.put(hit.chunk().start(), hit);
      }
    }
    return List.copyOf(kept.values());
  }

  private static int key(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
