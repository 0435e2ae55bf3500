package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.formats.android.Manifest.Partition;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Android's update payload (`payload.bin`), major version 2: a manifest in protocol buffers, its
/// signature, and the data of the operations that write the partitions.
public final class PayloadFormat implements Format {
  private static final int HEADER = 24;
  private static final long MOST_MANIFEST = 64 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "android-payload",
        "Android update payload",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "43724155 0000000000000002")),
        List.of(),
        List.of(
            "partitions of incremental updates need the old ones and are not read",
            "signatures are not verified",
            "no tool of Android's was at hand; the fixture is made from the description"),
        List.of("AOSP system/update_engine/update_metadata.proto"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    long size = Binary.i64be(head, 12);
    long signature = Binary.u32be(head, 20);
    if (size <= 0 || size > MOST_MANIFEST || size > source.size() - start - HEADER) {
      return Optional.empty();
    }
    try {
      Manifest manifest = Manifest.of(source.slice(start + HEADER, size));
      if (manifest.partitions().isEmpty()) {
        return Optional.empty();
      }
      long data = HEADER + size + signature;
      String names = String.join(",", manifest.partitions().stream().map(Partition::name).toList());
      return Chunk.sized(
          source,
          start,
          data + manifest.dataEnd(),
          true,
          Map.of(
              "partitions",
              names,
              "signed",
              Boolean.toString(manifest.signed() || signature > 0),
              "minorVersion",
              Long.toString(manifest.minorVersion())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long size = Binary.i64be(Binary.bytes(content, 12, 8), 0);
    Manifest manifest = Manifest.of(content.slice(HEADER, size));
    long data = HEADER + size + Binary.u32be(content, 20);
    ByteSource blobs = content.slice(data, content.size() - data);
    for (Partition partition : manifest.partitions()) {
      try {
        PartitionStream stream =
            new PartitionStream(
                partition, manifest.blockSize(), blobs, sink.limits().codecMemory());
        sink.part(partition.name(), Body.decoded(() -> stream));
        if (!partition.sha256().isEmpty() && !stream.digestIs(partition.sha256())) {
          sink.corrupt("android-payload: the digest of " + partition.name() + " is wrong");
        }
      } catch (UnsupportedException e) {
        sink.unsupported("android-payload: " + partition.name() + ": " + e.getMessage());
      }
    }
    chunk.requireWhole();
  }

  static String hex(ByteSource bytes) {
    return java.util.HexFormat.of().formatHex(Binary.upTo(bytes, 0, 64));
  }
}
