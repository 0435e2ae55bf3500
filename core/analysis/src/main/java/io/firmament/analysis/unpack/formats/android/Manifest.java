package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.ProtoReader;
import io.firmament.analysis.unpack.io.ProtoReader.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What matters of the message DeltaArchiveManifest in `update_metadata.proto`.
///
/// @param dataEnd one past the last byte of the data, its signature included
record Manifest(
    int blockSize, long minorVersion, boolean signed, long dataEnd, List<Partition> partitions) {
  private static final int MOST_OPERATIONS = 1_000_000;

  /// @param sha256 hexadecimal, of the partition when it is written; empty where it is not told
  record Partition(String name, long size, String sha256, List<Operation> operations) {}

  /// @param type see the enumeration InstallOperation.Type
  record Operation(int type, long offset, long length, List<Extent> extents) {}

  /// A run of blocks.
  record Extent(long start, long count) {}

  static Manifest of(ByteSource message) throws IOException {
    long block = 4096;
    long minor = 0;
    long signatureOffset = 0;
    long signatureSize = 0;
    long end = 0;
    List<Partition> partitions = new ArrayList<>();
    for (ProtoReader reader = new ProtoReader(message); reader.hasNext(); ) {
      Field field = reader.next();
      switch (field.number()) {
        case 3 -> block = field.value();
        case 4 -> signatureOffset = field.value();
        case 5 -> signatureSize = field.value();
        case 12 -> minor = field.value();
        case 13 -> partitions.add(partition(field.bytes()));
        default -> {}
      }
    }
    if (block < 512 || block > 1 << 20 || Long.bitCount(block) != 1) {
      throw new CorruptException("blocks of " + block + " bytes");
    }
    for (Partition partition : partitions) {
      for (Operation operation : partition.operations) {
        end = Math.max(end, Math.addExact(operation.offset, operation.length));
      }
    }
    end = Math.max(end, Math.addExact(signatureOffset, signatureSize));
    return new Manifest((int) block, minor, signatureSize > 0, end, partitions);
  }

  private static Partition partition(ByteSource message) throws IOException {
    String name = "";
    long size = 0;
    String sha256 = "";
    List<Operation> operations = new ArrayList<>();
    for (ProtoReader reader = new ProtoReader(message); reader.hasNext(); ) {
      Field field = reader.next();
      switch (field.number()) {
        case 1 -> {
          byte[] text = io.firmament.analysis.unpack.io.Binary.upTo(field.bytes(), 0, 256);
          name = new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
        }
        case 7 -> {
          for (ProtoReader info = new ProtoReader(field.bytes()); info.hasNext(); ) {
            Field part = info.next();
            size = part.number() == 1 ? part.value() : size;
            sha256 = part.number() == 2 ? PayloadFormat.hex(part.bytes()) : sha256;
          }
        }
        case 8 -> {
          if (operations.size() >= MOST_OPERATIONS) {
            throw new CorruptException("too many operations");
          }
          operations.add(operation(field.bytes()));
        }
        default -> {}
      }
    }
    if (name.isEmpty() || size < 0) {
      throw new CorruptException("a partition without a name or size");
    }
    return new Partition(name, size, sha256, operations);
  }

  private static Operation operation(ByteSource message) throws IOException {
    int type = 0;
    long offset = 0;
    long length = 0;
    List<Extent> extents = new ArrayList<>();
    for (ProtoReader reader = new ProtoReader(message); reader.hasNext(); ) {
      Field field = reader.next();
      switch (field.number()) {
        case 1 -> type = (int) field.value();
        case 2 -> offset = field.value();
        case 3 -> length = field.value();
        case 6 -> extents.add(extent(field.bytes()));
        default -> {}
      }
    }
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
      throw new CorruptException("an operation outside of the payload");
    }
    return new Operation(type, offset, length, extents);
  }

  private static Extent extent(ByteSource message) throws IOException {
    long start = 0;
    long count = 0;
    for (ProtoReader reader = new ProtoReader(message); reader.hasNext(); ) {
      Field field = reader.next();
      start = field.number() == 1 ? field.value() : start;
      count = field.number() == 2 ? field.value() : count;
    }
    if (start < 0 || count < 0 || start > 1L << 36 || count > 1L << 36) {
      throw new CorruptException("an extent outside of a partition");
    }
    return new Extent(start, count);
  }
}
