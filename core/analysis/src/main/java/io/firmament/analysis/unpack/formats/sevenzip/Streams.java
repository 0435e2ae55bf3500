package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Where packed streams are, how they become folders, and the files in each folder.
///
/// @param position of the first packed stream behind the signature header
/// @param packedSizes in order
/// @param files of each folder, in order
record Streams(
    long position, List<Long> packedSizes, List<Folder> folders, List<List<Part>> files) {
  /// A file in a folder.
  ///
  /// @param sum CRC-32, or -1
  record Part(long size, long sum) {}

  static final Streams NONE = new Streams(0, List.of(), List.of(), List.of());

  private static final int END = 0;
  private static final int PACKED = 6;
  private static final int FOLDERS = 7;
  private static final int PARTS = 8;
  private static final int SIZE = 9;
  private static final int SUM = 10;
  private static final int FOLDER = 11;
  private static final int CODER_SIZES = 12;
  private static final int PART_COUNTS = 13;

  static Streams read(Fields in) throws IOException {
    long position = 0;
    List<Long> packed = List.of();
    List<Folder> folders = List.of();
    List<List<Part>> files = null;
    for (int id = in.u8(); id != END; id = in.u8()) {
      switch (id) {
        case PACKED -> {
          position = in.number();
          packed = packed(in, in.count());
        }
        case FOLDERS -> folders = folders(in);
        case PARTS -> files = parts(in, folders);
        default -> throw new CorruptException("property " + id + " of streams");
      }
    }
    if (files == null) {
      files = new ArrayList<>();
      for (Folder folder : folders) {
        files.add(List.of(new Part(folder.size(), folder.sum())));
      }
    }
    return new Streams(position, packed, folders, files);
  }

  private static List<Long> packed(Fields in, int count) throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (int id = in.u8(); id != END; id = in.u8()) {
      if (id == SIZE) {
        for (int i = 0; i < count; i++) {
          sizes.add(in.number());
        }
      } else if (id == SUM) {
        in.sums(count);
      } else {
        throw new CorruptException("property " + id + " of packed streams");
      }
    }
    return sizes;
  }

  private static List<Folder> folders(Fields in) throws IOException {
    in.expect(FOLDER);
    int count = in.count();
    if (in.u8() != 0) {
      throw new UnsupportedException("folders in an external stream");
    }
    List<Folder> folders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      folders.add(Folder.read(in));
    }
    in.expect(CODER_SIZES);
    for (int i = 0; i < count; i++) {
      List<Long> sizes = new ArrayList<>();
      for (int coder = 0; coder < folders.get(i).coders().size(); coder++) {
        sizes.add(in.number());
      }
      folders.set(i, folders.get(i).with(sizes));
    }
    for (int id = in.u8(); id != END; id = in.u8()) {
      if (id != SUM) {
        throw new CorruptException("property " + id + " of folders");
      }
      long[] sums = in.sums(count);
      for (int i = 0; i < count; i++) {
        folders.set(i, folders.get(i).with(sums[i]));
      }
    }
    return folders;
  }

  /// The last part of a folder is what the others leave.
  private static List<List<Part>> parts(Fields in, List<Folder> folders) throws IOException {
    int[] counts = new int[folders.size()];
    java.util.Arrays.fill(counts, 1);
    int id = in.u8();
    if (id == PART_COUNTS) {
      long all = 0;
      for (int i = 0; i < counts.length; i++) {
        counts[i] = in.count();
        all += counts[i];
      }
      if (all > Fields.MOST_THINGS) {
        throw new LimitException(Note.Limit.ENTRIES, "an archive of %d files".formatted(all));
      }
      id = in.u8();
    }
    List<List<Long>> sizes = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      List<Long> own = new ArrayList<>();
      long left = folders.get(i).size();
      for (int part = 0; part + 1 < counts[i]; part++) {
        if (id != SIZE) {
          throw new CorruptException("parts without sizes");
        }
        long size = in.number();
        left -= size;
        own.add(size);
      }
      if (left < 0) {
        throw new CorruptException("files that are larger than their folder");
      }
      if (counts[i] > 0) {
        own.add(left);
      }
      sizes.add(own);
    }
    if (id == SIZE) {
      id = in.u8();
    }
    int unknown = 0;
    for (int i = 0; i < counts.length; i++) {
      unknown += counts[i] == 1 && folders.get(i).sum() >= 0 ? 0 : counts[i];
    }
    long[] sums = new long[0];
    for (; id != END; id = in.u8()) {
      if (id != SUM) {
        throw new CorruptException("property " + id + " of files in folders");
      }
      sums = in.sums(unknown);
    }
    List<List<Part>> files = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < counts.length; i++) {
      boolean known = counts[i] == 1 && folders.get(i).sum() >= 0;
      List<Part> own = new ArrayList<>();
      for (long size : sizes.get(i)) {
        long sum = known ? folders.get(i).sum() : next < sums.length ? sums[next++] : -1;
        own.add(new Part(size, sum));
      }
      files.add(own);
    }
    return files;
  }
}
