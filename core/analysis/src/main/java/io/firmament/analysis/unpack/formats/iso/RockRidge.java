package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// What Rock Ridge (RRIP 1.12) says of a record in System Use fields (SUSP 1.12).
final class RockRidge {
  private static final int MOST_AREAS = 64;
  private static final int CONTINUES = 1;
  private static final int CURRENT = 2;
  private static final int PARENT = 4;
  private static final int ROOT = 8;

  private final ByteArrayOutputStream name = new ByteArrayOutputStream();
  private final ByteArrayOutputStream target = new ByteArrayOutputStream();
  private boolean named;
  private boolean linked;
  private boolean componentContinues;
  private boolean separated = true;

  /// Of PX: the mode with its type, owner and group; -1 where there is none.
  int mode = -1;

  long uid;
  long gid;

  /// Of TF; below 0 where there is none.
  long mtime = -1;

  /// Of PN.
  long major;

  long minor;

  /// Of CL: where the directory really is; 0 where it is here.
  long child;

  /// Of RE: the directory was moved here and is named elsewhere.
  boolean moved;

  /// Of ZF: the content is compressed.
  boolean compressed;

  /// Of SP in the root's first record: bytes before the fields of every record; -1 without it.
  int skip = -1;

  /// Reads all fields, and those that continue elsewhere.
  static RockRidge read(ByteSource source, int block, byte[] system, int skip, Allowance allowance)
      throws IOException {
    RockRidge found = new RockRidge();
    byte[] area = system;
    int at = skip;
    for (int i = 0; i < MOST_AREAS; i++) {
      long[] next = found.area(area, at);
      if (next[2] == 0) {
        return found;
      }
      if (next[2] > 1 << 16) {
        throw new CorruptException("a continuation of " + next[2] + " bytes");
      }
      allowance.spend(next[2]);
      area = Binary.bytes(source, next[0] * block + next[1], (int) next[2]);
      at = 0;
    }
    throw new CorruptException("too many continuations");
  }

  /// Gives block, offset and length of the continuation; length 0 where there is none.
  private long[] area(byte[] b, int start) {
    long[] next = new long[3];
    int at = start;
    while (at + 4 <= b.length) {
      int length = b[at + 2] & 0xff;
      if (length < 4 || at + length > b.length) {
        break;
      }
      String id = Binary.text(b, at, 2);
      if (id.equals("CE") && length >= 28) {
        next = new long[] {u32(b, at + 4), u32(b, at + 12), u32(b, at + 20)};
      } else if (id.equals("ST")) {
        break;
      } else {
        field(id, b, at, length);
      }
      at += length;
    }
    return next;
  }

  private static long u32(byte[] b, int at) {
    return Binary.u32le(b, at);
  }

  private void field(String id, byte[] b, int at, int length) {
    switch (id) {
      case "SP" -> skip = length >= 7 && b[at + 4] == (byte) 0xbe ? b[at + 6] & 0xff : skip;
      case "PX" -> {
        if (length >= 36) {
          mode = (int) u32(b, at + 4);
          uid = u32(b, at + 20);
          gid = u32(b, at + 28);
        }
      }
      case "PN" -> {
        if (length >= 20) {
          major = u32(b, at + 4);
          minor = u32(b, at + 12);
        }
      }
      case "NM" -> {
        if (length > 5 && (b[at + 4] & (CURRENT | PARENT)) == 0) {
          name.write(b, at + 5, length - 5);
          named = true;
        }
      }
      case "SL" -> {
        if (length > 5) {
          components(b, at + 5, at + length);
        }
      }
      case "TF" -> times(b, at, length);
      case "CL" -> child = length >= 12 ? u32(b, at + 4) : child;
      case "RE" -> moved = true;
      case "ZF" -> compressed = true;
      default -> {}
    }
  }

  /// Parts of a link's target; one may go on in the next component, or in the next field.
  private void components(byte[] b, int from, int to) {
    linked = true;
    int at = from;
    while (at + 2 <= to) {
      int flags = b[at] & 0xff;
      int length = Math.min(b[at + 1] & 0xff, to - at - 2);
      if (!componentContinues && !separated) {
        target.write('/');
      }
      separated = false;
      if ((flags & ROOT) != 0) {
        target.write('/');
        separated = true;
      } else if ((flags & PARENT) != 0) {
        target.writeBytes(Binary.ascii(".."));
      } else if ((flags & CURRENT) != 0) {
        target.write('.');
      } else {
        target.write(b, at + 2, length);
      }
      componentContinues = (flags & CONTINUES) != 0;
      at += 2 + length;
    }
  }

  /// Flags say which times follow; the modification is behind the creation.
  private void times(byte[] b, int at, int length) {
    int flags = length > 4 ? b[at + 4] & 0xff : 0;
    int size = (flags & 128) != 0 ? 17 : 7;
    int time = at + 5 + (flags & 1) * size;
    if ((flags & 2) != 0 && time + size <= at + length) {
      mtime = size == 17 ? DirectoryRecord.longTime(b, time) : DirectoryRecord.time(b, time);
    }
  }

  boolean isNamed() {
    return named;
  }

  boolean isLink() {
    return linked;
  }

  byte[] name() {
    return name.toByteArray();
  }

  byte[] target() {
    return target.toByteArray();
  }
}
