package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;

/// Where a partition table says that its disk ends.
public final class DiskEnd {
  private DiskEnd() {}

  /// The end of a GPT, else of the last partition of a boot record; 0 where there is no table, or
  /// its end is past the end of the source.
  public static long of(ByteSource disk) {
    long end = end(disk);
    return end <= disk.size() ? end : 0;
  }

  private static long end(ByteSource disk) {
    try {
      PartitionTable table = PartitionTable.read(disk, BootRecords.SECTOR, 1);
      return (Math.max(table.self(), table.other()) + 1) * BootRecords.SECTOR;
    } catch (IOException e) {
      return records(disk);
    }
  }

  private static long records(ByteSource disk) {
    try {
      return BootRecords.read(disk).end();
    } catch (IOException e) {
      return 0;
    }
  }
}
