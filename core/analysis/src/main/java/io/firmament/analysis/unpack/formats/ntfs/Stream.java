package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.ZeroInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Comparator;
import java.util.List;

/// The value of an attribute, put together from its parts.
final class Stream {
  private static final long HOLE = -1;

  private final ByteSource volume;
  private final int cluster;
  private final Attribute first;
  private final LongArray runs = new LongArray();
  private final Runs places = new Runs();

  /// @param parts of one attribute, at least one
  Stream(ByteSource volume, int cluster, List<Attribute> parts) throws IOException {
    this.volume = volume;
    this.cluster = cluster;
    List<Attribute> ordered =
        parts.stream().sorted(Comparator.comparingLong(Attribute::firstCluster)).toList();
    this.first = ordered.getFirst();
    if (first.size() < 0 || first.initialized() < 0 || first.unit() > 8) {
      throw new CorruptException("a stream of %d bytes".formatted(first.size()));
    }
    if (!first.isResident()) {
      for (Attribute part : ordered) {
        if (part.isResident() || part.firstCluster() != places.length() / cluster) {
          throw new CorruptException("a part of a stream is not there");
        }
        runs(part.value());
      }
    }
  }

  /// Each run is a length and the distance of its start from that of the run before it; without a
  /// start it is a hole.
  private void runs(byte[] b) throws IOException {
    long start = 0;
    int at = 0;
    while (at < b.length && b[at] != 0) {
      int lengthWidth = b[at] & 15;
      int startWidth = b[at] >> 4 & 15;
      if (lengthWidth == 0
          || lengthWidth > 8
          || startWidth > 8
          || at + 1 + lengthWidth + startWidth > b.length) {
        throw new CorruptException("a run makes no sense");
      }
      long length = number(b, at + 1, lengthWidth);
      if (length <= 0 || length > Long.MAX_VALUE / 4 / cluster) {
        throw new CorruptException("a run of %d clusters".formatted(length));
      }
      at += 1 + lengthWidth;
      if (startWidth == 0) {
        runs.add(HOLE);
        places.hole(length * cluster);
      } else {
        start += number(b, at, startWidth);
        if (start < 0 || start > Long.MAX_VALUE / 4 / cluster) {
          throw new CorruptException("a run outside of the volume");
        }
        runs.add(start);
        places.add(start * cluster, length * cluster);
      }
      runs.add(length);
      at += startWidth;
    }
  }

  private static long number(byte[] b, int at, int width) {
    long value = b[at + width - 1];
    for (int i = width - 2; i >= 0; i--) {
      value = value << 8 | (b[at + i] & 0xff);
    }
    return value;
  }

  long size() {
    return first.size();
  }

  /// For records and indexes, which are neither compressed nor sparse.
  ByteSource source() {
    return first.isResident()
        ? HeapByteSource.of(first.value())
        : places.source(volume, first.size());
  }

  Body body() throws IOException {
    if (first.isResident()) {
      return Body.of(HeapByteSource.of(first.value()));
    }
    long size = first.size();
    long written = Math.min(first.initialized(), size);
    if (first.isCompressed()) {
      return Body.decoded(
          () -> then(new CompressedUnits(volume, cluster, first.unit(), runs, written), size));
    }
    if (written == size) {
      return places.body(volume, size);
    }
    return Body.decoded(() -> then(places.open(volume, written), size));
  }

  /// Bytes past what was written read as zeros.
  private InputStream then(InputStream in, long size) {
    long written = Math.min(first.initialized(), size);
    return new SequenceInputStream(in, new ZeroInputStream(size - written));
  }
}
