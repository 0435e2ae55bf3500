package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;

/// LZNT1 (MS-XCA, section 2.5): chunks of 4096 bytes, each packed by itself.
final class Lznt1 {
  private static final int CHUNK = 4096;

  private Lznt1() {}

  /// Decodes the first `end` bytes; what they do not fill of `size` bytes is zeros.
  static byte[] decode(byte[] in, int end, int size) throws CorruptException {
    byte[] out = new byte[size];
    int at = 0;
    int start = 0;
    while (at + 2 <= end && start < size) {
      int header = Binary.u16le(in, at);
      if (header == 0) {
        break;
      }
      int next = at + 2 + (header & 0xfff) + 1;
      if (next > end) {
        throw new CorruptException("a chunk of LZNT1 is cut off");
      }
      int chunkEnd = Math.min(start + CHUNK, size);
      if ((header & 0x8000) == 0) {
        System.arraycopy(in, at + 2, out, start, Math.min(next - at - 2, chunkEnd - start));
      } else {
        chunk(in, at + 2, next, out, start, chunkEnd);
      }
      at = next;
      start += CHUNK;
    }
    return out;
  }

  /// The further the chunk has come, the more bits of a pair are its distance, and the fewer its
  /// length.
  private static void chunk(byte[] in, int from, int end, byte[] out, int start, int limit)
      throws CorruptException {
    int at = from;
    int done = start;
    while (at < end) {
      int flags = in[at++];
      for (int bit = 0; bit < 8 && at < end && done < limit; bit++) {
        if ((flags >> bit & 1) == 0) {
          out[done++] = in[at++];
          continue;
        }
        if (at + 2 > end) {
          throw new CorruptException("a pair of LZNT1 is cut off");
        }
        int pair = Binary.u16le(in, at);
        at += 2;
        int shift = 12;
        for (int i = done - start - 1; i >= 16; i >>= 1) {
          shift--;
        }
        int source = done - (pair >> shift) - 1;
        int length = (pair & (1 << shift) - 1) + 3;
        if (source < start) {
          throw new CorruptException("a pair of LZNT1 points before its chunk");
        }
        for (int i = 0; i < length && done < limit; i++) {
          out[done++] = out[source++];
        }
      }
      if (done == limit) {
        return;
      }
    }
  }
}
