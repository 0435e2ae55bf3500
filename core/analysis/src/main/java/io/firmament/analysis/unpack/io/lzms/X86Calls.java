package io.firmament.analysis.unpack.io.lzms;

import io.firmament.analysis.unpack.io.Binary;
import java.util.Arrays;

/// Instructions of x86 code that name a place have absolute places in the stream, and relative ones
/// again here.
///
/// What is code is found by the places: two that are the same, near each other, are taken for the
/// sign of it, and what follows for a while is translated.
final class X86Calls {
  private static final int WINDOW = 65535;
  private static final int REACH = 1023;

  /// Nothing is translated in the last bytes, nor in blocks as short.
  private static final int TAIL = 16;

  private final byte[] data;
  private final int[] lastUse = new int[1 << 16];
  private int lastCode = -REACH - 1;

  X86Calls(byte[] data) {
    this.data = data;
    Arrays.fill(lastUse, -WINDOW - 1);
  }

  void restore() {
    int end = data.length - TAIL;
    for (int at = 1; at < end; ) {
      int opcode = opcode(at);
      at += opcode > 0 ? translated(at, opcode) : (data[at] & 0xff) == 0xe9 ? 5 : 1;
    }
  }

  /// Bytes before the place that the instruction names; 0 for all else.
  private int opcode(int at) {
    int second = data[at + 1] & 0xff;
    int third = data[at + 2] & 0xff;
    return switch (data[at] & 0xff) {
      case 0x48 -> isLoad(second, third) || isAddress(second, third) ? 3 : 0;
      case 0x4c -> isAddress(second, third) ? 3 : 0;
      case 0xe8 -> 1;
      case 0xf0 -> second == 0x83 && third == 0x05 ? 3 : 0;
      case 0xff -> second == 0x15 ? 2 : 0;
      default -> 0;
    };
  }

  private static boolean isLoad(int second, int third) {
    return second == 0x8b && (third == 0x05 || third == 0x0d);
  }

  private static boolean isAddress(int second, int third) {
    return second == 0x8d && (third & 7) == 5;
  }

  /// Gives the length of the instruction.
  private int translated(int at, int opcode) {
    int reach = opcode == 1 ? REACH / 2 : REACH;
    int place = at + opcode;
    if (at - lastCode <= reach) {
      int relative = (int) Binary.u32le(data, place) - at;
      for (int i = 0; i < 4; i++) {
        data[place + i] = (byte) (relative >> (8 * i));
      }
    }
    int target = at + Binary.u16le(data, place) & 0xffff;
    int end = place + 3;
    if (end - lastUse[target] <= WINDOW) {
      lastCode = end;
    }
    lastUse[target] = end;
    return opcode + 4;
  }
}
