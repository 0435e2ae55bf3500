package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.disk.Partitions.Partition;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The master boot record and the chain of extended ones.
///
/// @param primary partitions, in the order of the table
/// @param logical partitions of the extended one
/// @param records positions of the extended records
/// @param contradiction what is wrong with the extended records; empty where nothing is
record BootRecords(
    List<Partition> primary, List<Partition> logical, List<Long> records, String contradiction) {
  static final int SECTOR = 512;
  private static final int TABLE = 446;
  private static final int ENTRY = 16;
  private static final int PROTECTIVE = 0xee;
  private static final int MOST_LOGICAL = 256;

  private record Slot(int number, int status, int type, long start, long sectors) {
    boolean isExtended() {
      return type == 5 || type == 15 || type == 0x85;
    }

    boolean isFree() {
      return type == 0;
    }
  }

  private static List<Slot> slots(byte[] sector) {
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int at = TABLE + i * ENTRY;
      slots.add(
          new Slot(
              i + 1,
              sector[at] & 0xff,
              sector[at + 4] & 0xff,
              Binary.u32le(sector, at + 8),
              Binary.u32le(sector, at + 12)));
    }
    return slots;
  }

  /// True where the record only keeps other systems off a disk with a GPT.
  static boolean isProtective(ByteSource disk) {
    byte[] sector = Binary.upTo(disk, 0, SECTOR);
    return hasSignature(sector)
        && slots(sector).stream().anyMatch(slot -> slot.type == PROTECTIVE && slot.start == 1);
  }

  /// Sectors of the disk as its protective record has them.
  static long protectedSectors(ByteSource disk) {
    return slots(Binary.upTo(disk, 0, SECTOR)).stream()
        .filter(slot -> slot.type == PROTECTIVE)
        .mapToLong(slot -> slot.start + slot.sectors)
        .max()
        .orElse(0);
  }

  private static boolean hasSignature(byte[] sector) {
    return sector.length == SECTOR && (sector[510] & 0xff) == 0x55 && (sector[511] & 0xff) == 0xaa;
  }

  /// The signature is short: every entry of the table must make sense, and none may lie over
  /// another.
  static BootRecords read(ByteSource disk) throws IOException {
    byte[] sector = Binary.bytes(disk, 0, SECTOR);
    List<Slot> slots = slots(sector);
    boolean sound = hasSignature(sector) && slots.stream().anyMatch(slot -> !slot.isFree());
    for (Slot slot : slots) {
      sound &=
          slot.isFree()
              ? slot.status == 0 && slot.start == 0 && slot.sectors == 0
              : (slot.status & 0x7f) == 0
                  && slot.type != PROTECTIVE
                  && slot.start > 0
                  && slot.sectors > 0;
    }
    List<Slot> used =
        slots.stream()
            .filter(slot -> !slot.isFree())
            .sorted(Comparator.comparingLong(Slot::start))
            .toList();
    for (int i = 1; i < used.size(); i++) {
      sound &= used.get(i - 1).start + used.get(i - 1).sectors <= used.get(i).start;
    }
    if (!sound || used.getFirst().start * SECTOR >= disk.size()) {
      throw new CorruptException("the boot record holds no table of partitions");
    }
    List<Partition> primary = new ArrayList<>();
    List<Partition> logical = new ArrayList<>();
    List<Long> records = new ArrayList<>();
    String contradiction = "";
    for (Slot slot : used) {
      Partition partition = partition(slot.number, slot.start, slot.sectors);
      if (!slot.isExtended()) {
        primary.add(partition);
        continue;
      }
      primary.add(new Partition("", partition.start(), partition.length()));
      try {
        extended(disk, slot, logical, records);
      } catch (IOException e) {
        contradiction = String.valueOf(e.getMessage());
      }
    }
    return new BootRecords(primary, logical, records, contradiction);
  }

  private static Partition partition(int number, long start, long sectors) {
    return new Partition("partition-" + number, start * SECTOR, sectors * SECTOR);
  }

  /// Each extended record has a logical partition, counted from the record, and the next record,
  /// counted from the start of the extended partition.
  private static void extended(
      ByteSource disk, Slot extended, List<Partition> logical, List<Long> records)
      throws IOException {
    long at = extended.start;
    while (true) {
      byte[] sector = Binary.bytes(disk, at * SECTOR, SECTOR);
      if (!hasSignature(sector) || records.size() >= MOST_LOGICAL) {
        throw new CorruptException("no extended boot record at sector " + at);
      }
      records.add(at * SECTOR);
      Slot here = slots(sector).getFirst();
      if (!here.isFree() && here.sectors > 0) {
        logical.add(partition(5 + logical.size(), at + here.start, here.sectors));
      }
      Slot next = slots(sector).get(1);
      if (next.isFree()) {
        return;
      }
      if (extended.start + next.start <= at) {
        throw new CorruptException("the extended boot records do not go forward");
      }
      at = extended.start + next.start;
    }
  }

  /// The end of the last partition.
  long end() {
    long end = SECTOR;
    for (Partition partition : primary) {
      end = Math.max(end, partition.end());
    }
    return end;
  }
}
