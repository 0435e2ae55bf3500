package io.firmament.analysis.unpack.formats.disk;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// QEMU's copy-on-write disk, versions 2 and 3.
public final class QcowFormat implements Format {
  private static final long OFFSET = 0x00fffffffffffe00L;
  private static final long COMPRESSED = 1L << 62;
  private static final int EXTERNAL = 4;
  private static final int EXTENDED = 16;
  private static final int KNOWN_FEATURES = 1 | 2 | 4 | 8 | 16;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "qcow2",
        "QEMU disk image (QCOW2; zlib and zstd)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "514649fb 00000002"), Magic.hex(0, "514649fb 00000003")),
        List.of(".qcow2", ".qcow"),
        List.of(
            "what is only in a backing file reads as zeros",
            "encrypted images are reported",
            "snapshots are counted, not read",
            "external data files and extended tables are reported"),
        List.of("QEMU docs/interop/qcow2.rst"));
  }

  /// The fields of the header that matter.
  private record Header(
      int version,
      long backingAt,
      int backingLength,
      int clusterBits,
      long size,
      long encryption,
      long tables,
      long tablesAt,
      long refcountsAt,
      long refcountClusters,
      long snapshots,
      long features,
      int refcountBits,
      int compression) {
    static Header read(ByteSource image) throws IOException {
      byte[] b = Binary.bytes(image, 0, 72);
      int version = (int) Binary.u32be(b, 4);
      byte[] more = version == 3 ? Binary.bytes(image, 72, 33) : new byte[33];
      boolean hasCompression = version == 3 && Binary.u32be(more, 28) > 104;
      Header header =
          new Header(
              version,
              Binary.i64be(b, 8),
              (int) Binary.u32be(b, 16),
              (int) Binary.u32be(b, 20),
              Binary.i64be(b, 24),
              Binary.u32be(b, 32),
              Binary.u32be(b, 36),
              Binary.i64be(b, 40),
              Binary.i64be(b, 48),
              Binary.u32be(b, 56),
              Binary.u32be(b, 60),
              Binary.i64be(more, 0),
              version == 3 ? (int) Binary.u32be(more, 24) : 4,
              hasCompression ? more[32] & 0xff : 0);
      if (!header.isSound(image.size())) {
        throw new CorruptException("the header makes no sense");
      }
      return header;
    }

    private boolean isSound(long length) {
      return clusterBits >= 9
          && clusterBits <= 21
          && size >= 0
          && size <= 1L << 56
          && encryption <= 2
          && refcountBits >= 0
          && refcountBits <= 6
          && tablesAt >= 0
          && tables * 8 <= length
          && refcountsAt > 0
          && refcountsAt % cluster() == 0
          && refcountClusters > 0
          && (refcountClusters << clusterBits) <= length
          && backingAt >= 0
          && backingLength >= 0
          && backingLength <= 1023;
    }

    int cluster() {
      return 1 << clusterBits;
    }

    long perTable() {
      return cluster() / 8;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource image = source.slice(start, source.size() - start);
      Header header = Header.read(image);
      Clusters clusters = new Clusters(image, header);
      long end = clusters.compressed ? clusters.end : end(image, header);
      Map<String, String> meta = new HashMap<>();
      meta.put("version", Integer.toString(header.version));
      meta.put("size", Long.toString(header.size));
      meta.put("clusterSize", Integer.toString(header.cluster()));
      meta.put("snapshots", Long.toString(header.snapshots));
      if (header.backingAt > 0) {
        meta.put("backingFile", backing(image, header));
      }
      boolean whole = end <= image.size();
      Chunk chunk =
          new Chunk(
              start,
              start + Math.min(end, image.size()),
              whole ? Confidence.HIGH : Confidence.LOW,
              false,
              meta);
      return Optional.of(header.encryption > 0 ? chunk.asEncrypted() : chunk);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String backing(ByteSource image, Header header) {
    byte[] name = Binary.upTo(image, header.backingAt, header.backingLength);
    return Binary.text(name, 0, name.length);
  }

  /// The last cluster that is counted as used.
  private static long end(ByteSource image, Header header) throws IOException {
    long entries = (header.refcountClusters << header.clusterBits) / 8;
    int bits = 1 << header.refcountBits;
    long perBlock = header.cluster() * 8L / bits;
    byte[] table = Binary.bytes(image, header.refcountsAt, (int) Math.min(entries * 8, 8 << 20));
    Allowance allowance = new Allowance(image);
    for (int i = table.length / 8 - 1; i >= 0; i--) {
      long block = Binary.i64be(table, i * 8) & OFFSET;
      if (block == 0) {
        continue;
      }
      allowance.spend(header.cluster());
      byte[] b = Binary.upTo(image, block, header.cluster());
      for (int at = b.length - 1; at >= 0; at--) {
        if (b[at] != 0) {
          long within = bits >= 8 ? at / (bits / 8) : at * (8L / bits) + highest(b[at]) / bits;
          return (i * perBlock + within + 1) << header.clusterBits;
        }
      }
      if (b.length < header.cluster()) {
        return Math.max(block + header.cluster(), image.size() + 1);
      }
    }
    throw new CorruptException("no cluster is in use");
  }

  private static int highest(byte b) {
    return 31 - Integer.numberOfLeadingZeros(b & 0xff);
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = Header.read(content);
    if (header.encryption > 0) {
      sink.encrypted("qcow2: encrypted with " + (header.encryption == 1 ? "AES" : "LUKS"));
      sink.leaf("encrypted.qcow2", Body.of(content));
      chunk.requireWhole();
      return;
    }
    if ((header.features & (EXTERNAL | EXTENDED)) != 0
        || (header.features & ~KNOWN_FEATURES) != 0) {
      throw new UnsupportedException("features " + Long.toHexString(header.features));
    }
    if (header.backingAt > 0) {
      sink.unsupported(
          "qcow2: what is only in the backing file \"%s\" reads as zeros"
              .formatted(backing(content, header)));
    }
    Clusters clusters = new Clusters(content, header);
    if (clusters.compressed) {
      DiskMap map = DiskMap.decoded(sink);
      clusters.each(
          (position, entry) -> map.block(position, map.mapped(), clusters.length(position)));
      map.give(() -> new Decoded(clusters, sink.limits().codecMemory()), header.size, sink);
    } else {
      DiskMap map = DiskMap.plain(content);
      clusters.each(
          (position, entry) -> map.block(position, entry & OFFSET, clusters.length(position)));
      map.give(content, header.size, sink);
    }
    chunk.requireWhole();
  }

  /// The clusters in use: position on the disk, and entry of the table.
  private static final class Clusters {
    private final ByteSource content;
    private final Header header;
    private final LongArray positions = new LongArray();
    private final LongArray entries = new LongArray();
    private boolean compressed;

    /// Of what the tables point to, with the tables; compressed clusters are the last in an image.
    private long end;

    Clusters(ByteSource content, Header header) throws IOException {
      this.content = content;
      this.header = header;
      Allowance allowance = new Allowance(content);
      for (long i = 0; i < header.tables; i++) {
        long table = Binary.i64be(Binary.bytes(content, header.tablesAt + i * 8, 8), 0) & OFFSET;
        if (table != 0) {
          allowance.spend(header.cluster());
          end = Math.max(end, table + header.cluster());
          table(Binary.upTo(content, table, header.cluster()), i * header.perTable());
        }
      }
    }

    private void table(byte[] b, long first) {
      for (int i = 0; i < b.length / 8; i++) {
        long entry = Binary.i64be(b, i * 8);
        long position = (first + i) << header.clusterBits;
        boolean zero = (entry & COMPRESSED) == 0 && ((entry & 1) != 0 || (entry & OFFSET) == 0);
        if (!zero && position < header.size) {
          positions.add(position);
          entries.add(entry);
          compressed |= (entry & COMPRESSED) != 0;
          end = Math.max(end, place(entry, header).end());
        }
      }
    }

    int length(long position) {
      return (int) Math.min(header.cluster(), header.size - position);
    }

    void each(Use use) throws IOException {
      long[] at = positions.toArray();
      long[] entry = entries.toArray();
      for (int i = 0; i < at.length; i++) {
        use.cluster(at[i], entry[i]);
      }
    }
  }

  /// Where the bytes of a cluster are.
  private record Range(long start, long end) {}

  /// A compressed cluster begins anywhere, and ends with a sector.
  private static Range place(long entry, Header header) {
    if ((entry & COMPRESSED) == 0) {
      return new Range(entry & OFFSET, (entry & OFFSET) + header.cluster());
    }
    int shift = 62 - (header.clusterBits - 8);
    long at = entry & (1L << shift) - 1;
    long sectors = (entry & COMPRESSED - 1) >>> shift;
    return new Range(at, at / 512 * 512 + (sectors + 1) * 512);
  }

  /// Takes a cluster.
  @FunctionalInterface
  private interface Use {
    void cluster(long position, long entry) throws IOException;
  }

  /// All clusters one behind the other, decoded.
  private static final class Decoded extends PieceInputStream {
    private final Clusters clusters;
    private final long[] positions;
    private final long[] entries;
    private final long memory;
    private int next;

    Decoded(Clusters clusters, long memory) {
      this.clusters = clusters;
      this.positions = clusters.positions.toArray();
      this.entries = clusters.entries.toArray();
      this.memory = memory;
    }

    @Override
    protected byte[] next() throws IOException {
      if (next == positions.length) {
        return new byte[0];
      }
      long entry = entries[next];
      int length = clusters.length(positions[next++]);
      if ((entry & COMPRESSED) == 0) {
        return Binary.bytes(clusters.content, entry & OFFSET, length);
      }
      Header header = clusters.header;
      Range place = place(entry, header);
      ByteSource packed = clusters.content.slice(place.start, place.end - place.start);
      try (InputStream in = open(packed, header.compression)) {
        byte[] cluster = in.readNBytes(length);
        if (cluster.length < length) {
          throw new CorruptException("a cluster decodes to %d bytes".formatted(cluster.length));
        }
        return cluster;
      }
    }

    private InputStream open(ByteSource packed, int compression) throws IOException {
      InputStream in = new SourceInputStream(packed, 0);
      return switch (compression) {
        case 0 -> new Inflated(in);
        case 1 -> {
          ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(in);
          yield zstd.setLongMax(Math.clamp(63 - Long.numberOfLeadingZeros(memory), 10, 31));
        }
        default -> throw new UnsupportedException("compression " + compression);
      };
    }
  }

  /// Deflate without a header; frees what it holds.
  private static final class Inflated extends InflaterInputStream {
    Inflated(InputStream in) {
      super(in, new Inflater(true));
    }

    @Override
    public void close() throws IOException {
      inf.end();
      super.close();
    }
  }
}
