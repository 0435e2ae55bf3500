package io.firmament.analysis.advisory.index;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Sorts records by a key of bytes, in a bounded part of the heap: sorted runs on disk, then one
/// merge. Records of equal keys stay in the order they came.
final class ExternalSort implements AutoCloseable {
  /// What an array costs besides its bytes, with its place in the list.
  private static final int OVERHEAD = 24;

  private static final int HEAD = 4;

  private final Path folder;
  private final long memory;
  private final List<Path> runs = new ArrayList<>();
  private final List<Run> open = new ArrayList<>();
  private List<byte[]> gathered = new ArrayList<>();
  private long used;
  private long records;

  /// @param memory how many bytes of heap may be used for records
  ExternalSort(Path folder, long memory) {
    this.folder = folder;
    this.memory = memory;
  }

  void add(byte[] key, byte[] value) throws IOException {
    byte[] record =
        ByteBuffer.allocate(HEAD + key.length + value.length)
            .putInt(key.length)
            .put(key)
            .put(value)
            .array();
    gathered.add(record);
    records++;
    used += record.length + OVERHEAD;
    if (used > memory) {
      spill();
    }
  }

  long records() {
    return records;
  }

  private void spill() throws IOException {
    gathered.sort(ExternalSort::compare);
    Path run = Files.createTempFile(folder, "sort-", ".run");
    runs.add(run);
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(run), 1 << 16))) {
      for (byte[] record : gathered) {
        out.writeInt(record.length);
        out.write(record);
      }
    }
    gathered = new ArrayList<>();
    used = 0;
  }

  private static int compare(byte[] left, byte[] right) {
    return Arrays.compareUnsigned(
        left, HEAD, HEAD + keyLength(left), right, HEAD, HEAD + keyLength(right));
  }

  private static int keyLength(byte[] record) {
    return ByteBuffer.wrap(record).getInt();
  }

  /// What takes the records in order.
  interface Taking {
    void take(byte[] key, byte[] value) throws IOException;
  }

  /// Gives all records in order; nothing may be added any more.
  void forEach(Taking taking) throws IOException {
    gathered.sort(ExternalSort::compare);
    PriorityQueue<Run> queue = new PriorityQueue<>();
    for (int i = 0; i < runs.size(); i++) {
      Run run = Run.of(i, runs.get(i));
      open.add(run);
      if (run.next()) {
        queue.add(run);
      }
    }
    Run last = Run.of(runs.size(), gathered);
    if (last.next()) {
      queue.add(last);
    }
    for (Run run = queue.poll(); run != null; run = queue.poll()) {
      byte[] record = run.record;
      int key = keyLength(record);
      taking.take(
          Arrays.copyOfRange(record, HEAD, HEAD + key),
          Arrays.copyOfRange(record, HEAD + key, record.length));
      if (run.next()) {
        queue.add(run);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Run run : open) {
      run.close();
    }
    for (Path run : runs) {
      Files.deleteIfExists(run);
    }
  }

  /// A sorted run under way.
  private static final class Run implements Comparable<Run>, AutoCloseable {
    private final int number;
    private final @Nullable DataInputStream in;
    private final List<byte[]> inHeap;
    private int at;
    private byte[] record = new byte[HEAD];

    private Run(int number, @Nullable DataInputStream in, List<byte[]> inHeap) {
      this.number = number;
      this.in = in;
      this.inHeap = inHeap;
    }

    static Run of(int number, List<byte[]> inHeap) {
      return new Run(number, null, inHeap);
    }

    static Run of(int number, Path file) throws IOException {
      return new Run(
          number,
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 15)),
          List.of());
    }

    boolean next() throws IOException {
      DataInputStream file = in;
      if (file == null) {
        if (at == inHeap.size()) {
          return false;
        }
        record = inHeap.get(at++);
        return true;
      }
      try {
        byte[] bytes = new byte[file.readInt()];
        file.readFully(bytes);
        record = bytes;
        return true;
      } catch (EOFException e) {
        return false;
      }
    }

    @Override
    public int compareTo(Run other) {
      int order = ExternalSort.compare(record, other.record);
      return order != 0 ? order : Integer.compare(number, other.number);
    }

    @Override
    public void close() throws IOException {
      if (in != null) {
        in.close();
      }
    }
  }
}
