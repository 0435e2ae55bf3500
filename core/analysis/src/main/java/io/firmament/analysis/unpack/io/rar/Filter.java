package io.firmament.analysis.unpack.io.rar;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What is to be undone on a range of the decoded bytes.
///
/// @param start place in all that was decoded
/// @param channels of DELTA and AUDIO; width of a line of RGB
/// @param position of the red byte of RGB
record Filter(Kind kind, long start, int length, int channels, int position) {
  private static final int FILE_SIZE = 1 << 24;

  /// What the encoder did to make the bytes easier to compress.
  enum Kind {
    DELTA,
    /// Targets of x86 calls, counted from the start of the file.
    CALLS,
    /// The same with jumps.
    CALLS_AND_JUMPS,
    ARM,
    RGB,
    AUDIO
  }

  /// Undoes it.
  ///
  /// @param offset of the range in its file
  byte[] undo(byte[] data, long offset, boolean wraps) {
    return switch (kind) {
      case DELTA -> delta(data);
      case CALLS -> calls(data, offset, wraps, 0xe8);
      case CALLS_AND_JUMPS -> calls(data, offset, wraps, 0xe9);
      case ARM -> arm(data, offset);
      case RGB -> rgb(data);
      case AUDIO -> audio(data);
    };
  }

  private byte[] delta(byte[] data) {
    byte[] out = new byte[data.length];
    int from = 0;
    for (int channel = 0; channel < channels; channel++) {
      byte before = 0;
      for (int i = channel; i < data.length; i += channels) {
        before -= data[from++];
        out[i] = before;
      }
    }
    return out;
  }

  /// @param wraps offsets are counted modulo 16 MiB, as version 5 does
  private static byte[] calls(byte[] data, long offset, boolean wraps, int other) {
    ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i + 4 < data.length; ) {
      int opcode = data[i++] & 0xff;
      if (opcode != 0xe8 && opcode != other) {
        continue;
      }
      int from = (int) (wraps ? (i + offset) % FILE_SIZE : i + offset);
      int address = buffer.getInt(i);
      if (address < 0) {
        if (address + from >= 0) {
          buffer.putInt(i, address + FILE_SIZE);
        }
      } else if (address < FILE_SIZE) {
        buffer.putInt(i, address - from);
      }
      i += 4;
    }
    return data;
  }

  private static byte[] arm(byte[] data, long offset) {
    for (int i = 0; i + 3 < data.length; i += 4) {
      if (data[i + 3] == (byte) 0xeb) {
        int target = (data[i] & 0xff) | (data[i + 1] & 0xff) << 8 | (data[i + 2] & 0xff) << 16;
        target -= (int) ((offset + i) / 4);
        data[i] = (byte) target;
        data[i + 1] = (byte) (target >> 8);
        data[i + 2] = (byte) (target >> 16);
      }
    }
    return data;
  }

  /// Each colour is predicted from its left, upper and upper left neighbour, as PNG's Paeth does.
  private byte[] rgb(byte[] data) {
    byte[] out = new byte[data.length];
    int from = 0;
    for (int colour = 0; colour < 3; colour++) {
      int left = 0;
      for (int i = colour; i < data.length; i += 3) {
        int upperAt = i - channels;
        int predicted = left;
        if (upperAt >= 3) {
          predicted = nearest(left, out[upperAt] & 0xff, out[upperAt - 3] & 0xff);
        }
        left = predicted - data[from++] & 0xff;
        out[i] = (byte) left;
      }
    }
    for (int i = position; i + 2 < data.length; i += 3) {
      byte green = out[i + 1];
      out[i] += green;
      out[i + 2] += green;
    }
    return out;
  }

  private static int nearest(int left, int upper, int upperLeft) {
    int predicted = left + upper - upperLeft;
    int toLeft = Math.abs(predicted - left);
    int toUpper = Math.abs(predicted - upper);
    int toUpperLeft = Math.abs(predicted - upperLeft);
    if (toLeft <= toUpper && toLeft <= toUpperLeft) {
      return left;
    }
    return toUpper <= toUpperLeft ? upper : upperLeft;
  }

  private byte[] audio(byte[] data) {
    byte[] out = new byte[data.length];
    int from = 0;
    for (int channel = 0; channel < channels; channel++) {
      Predictor predictor = new Predictor();
      for (int i = channel; i < data.length; i += channels) {
        out[i] = predictor.next(data[from++]);
      }
    }
    return out;
  }

  /// Predicts a sample from the last differences, with weights that follow the errors.
  private static final class Predictor {
    private final int[] weights = new int[3];
    private final int[] differences = new int[3];
    private final int[] errors = new int[7];
    private int sample;
    private int delta;
    private int count;

    byte next(byte coded) {
      differences[2] = differences[1];
      differences[1] = delta - differences[0];
      differences[0] = delta;
      int predicted = 8 * sample;
      for (int i = 0; i < 3; i++) {
        predicted += weights[i] * differences[i];
      }
      int value = (predicted >> 3 & 0xff) - coded & 0xff;
      delta = (byte) (value - sample);
      sample = value;
      learn(coded << 3);
      return (byte) value;
    }

    private void learn(int error) {
      errors[0] += Math.abs(error);
      for (int i = 0; i < 3; i++) {
        errors[1 + 2 * i] += Math.abs(error - differences[i]);
        errors[2 + 2 * i] += Math.abs(error + differences[i]);
      }
      if ((count++ & 0x1f) != 0) {
        return;
      }
      int least = 0;
      for (int i = 1; i < errors.length; i++) {
        least = errors[i] < errors[least] ? i : least;
      }
      java.util.Arrays.fill(errors, 0);
      if (least > 0) {
        int which = (least - 1) / 2;
        boolean down = (least & 1) == 1;
        int weight = weights[which];
        weights[which] = down ? Math.max(weight - 1, -17) : Math.min(weight + 1, 16);
      }
    }
  }
}
