package io.firmament.analysis.unpack.io;

import java.util.Arrays;

/// LZX as cabinets have it ([MS-PATCH] and the Cabinet SDK's "LZX data compression format"): blocks
/// of literals and matches in a window of 32 KiB to 2 MiB, given frame by frame.
///
/// A frame is what one data block of a cabinet holds. Where the SDK's text and Microsoft's decoder
/// differ (number of position slots, length and trees of the blocks), this follows the decoder.
public final class LzxDecoder {
  private static final int FRAME = 1 << 15;
  private static final int LITERALS = 256;
  private static final int LENGTHS = 249;
  private static final int SHORTEST = 2;
  private static final int VERBATIM = 1;
  private static final int ALIGNED = 2;
  private static final int STORED = 3;
  private static final int WINDOWS_IMAGE_SIZE = 12_000_000;

  /// Frames behind the first GiB have no translated calls.
  private static final int TRANSLATED_FRAMES = 1 << 15;

  private final byte[] window;
  private final int slots;
  private final int[] base = new int[51];
  private final int[] extra = new int[51];
  private final int[] mainLengths;
  private final int[] lengthLengths = new int[LENGTHS];
  private HuffmanCode main = HuffmanCode.NONE;
  private HuffmanCode length = HuffmanCode.NONE;
  private HuffmanCode aligned = HuffmanCode.NONE;
  private final int[] recent = {1, 1, 1};
  private long produced;
  private int type;
  private int blockLeft;
  private boolean storedOdd;
  private boolean started;
  private boolean windowsImage;
  private long translated;
  private int frames;
  private byte[] in = {};
  private int at;
  private int bits;
  private int bitCount;

  /// @param windowBits 15 to 21
  public LzxDecoder(int windowBits) throws CorruptException {
    if (windowBits < 15 || windowBits > 21) {
      throw new CorruptException("a window of 2^%d bytes".formatted(windowBits));
    }
    window = new byte[1 << windowBits];
    slots = windowBits == 20 ? 42 : windowBits == 21 ? 50 : windowBits * 2;
    for (int i = 0; i < base.length; i++) {
      extra[i] = i < 4 ? 0 : Math.min(i / 2 - 1, 17);
      base[i] = i == 0 ? 0 : base[i - 1] + (1 << extra[i - 1]);
    }
    mainLengths = new int[LITERALS + 8 * slots];
  }

  /// Of one chunk of a Windows image: the sizes of blocks are shorter, and calls are always
  /// translated, as in a file of 12,000,000 bytes.
  public static LzxDecoder ofWindowsImage() throws CorruptException {
    LzxDecoder decoder = new LzxDecoder(15);
    decoder.windowsImage = true;
    decoder.started = true;
    decoder.translated = WINDOWS_IMAGE_SIZE;
    return decoder;
  }

  /// The next frame.
  ///
  /// @param size of the frame, 32 KiB except for the last
  public byte[] frame(byte[] compressed, int size) throws CorruptException, TruncatedException {
    if (size > FRAME) {
      throw new CorruptException("a frame of %d bytes".formatted(size));
    }
    in = compressed;
    at = 0;
    bitCount = 0;
    if (!started) {
      started = true;
      translated = take(1) == 0 ? 0 : (long) take(16) << 16 | take(16);
    }
    int from = (int) (produced & window.length - 1);
    long end = produced + size;
    while (produced < end) {
      if (blockLeft == 0) {
        block();
      }
      long before = produced;
      int most = (int) Math.min(blockLeft, end - produced);
      if (type == STORED) {
        stored(most);
      } else {
        symbols(produced + most, end);
      }
      blockLeft -= (int) (produced - before);
      if (blockLeft < 0) {
        throw new CorruptException("a match that is longer than its block");
      }
    }
    byte[] frame = Arrays.copyOfRange(window, from, from + size);
    translate(frame);
    frames++;
    return frame;
  }

  private void block() throws CorruptException, TruncatedException {
    if (storedOdd) {
      // Stored blocks are padded to whole words.
      at++;
      storedOdd = false;
    }
    type = take(3);
    blockLeft = !windowsImage ? take(16) << 8 | take(8) : take(1) == 1 ? FRAME : take(16);
    switch (type) {
      case VERBATIM -> trees();
      case ALIGNED -> {
        int[] lengths = new int[8];
        for (int i = 0; i < lengths.length; i++) {
          lengths[i] = take(3);
        }
        aligned = HuffmanCode.of(lengths);
        trees();
      }
      case STORED -> {
        // One to sixteen bits up to the next word.
        if (bitCount == 0) {
          at += 2;
        }
        bitCount = 0;
        need(12);
        for (int i = 0; i < 3; i++) {
          recent[i] = (int) Binary.u32le(in, at);
          at += 4;
        }
        storedOdd = (blockLeft & 1) != 0;
      }
      default -> throw new CorruptException("a block of type " + type);
    }
    if (blockLeft == 0) {
      throw new CorruptException("an empty block");
    }
  }

  private void trees() throws CorruptException, TruncatedException {
    lengths(mainLengths, 0, LITERALS);
    lengths(mainLengths, LITERALS, mainLengths.length);
    main = HuffmanCode.of(mainLengths);
    lengths(lengthLengths, 0, LENGTHS);
    length = HuffmanCode.of(lengthLengths);
  }

  /// Lengths of codes as differences to those of the block before, modulo 17.
  private void lengths(int[] lengths, int from, int to)
      throws CorruptException, TruncatedException {
    int[] own = new int[20];
    for (int i = 0; i < own.length; i++) {
      own[i] = take(4);
    }
    HuffmanCode code = HuffmanCode.of(own);
    int i = from;
    while (i < to) {
      int symbol = next(code);
      int run = 1;
      int value;
      switch (symbol) {
        case 17 -> {
          run = take(4) + 4;
          value = 0;
        }
        case 18 -> {
          run = take(5) + 20;
          value = 0;
        }
        case 19 -> {
          run = take(1) + 4;
          value = changed(lengths[i], next(code));
        }
        default -> value = changed(lengths[i], symbol);
      }
      int end = Math.min(i + run, to);
      Arrays.fill(lengths, i, end, value);
      i = end;
    }
  }

  private static int changed(int length, int by) throws CorruptException {
    if (by > 16) {
      throw new CorruptException("a length of a code that makes no sense");
    }
    return (length - by + 17) % 17;
  }

  private void stored(int count) throws TruncatedException {
    need(count);
    for (int i = 0; i < count; i++) {
      window[(int) (produced++ & window.length - 1)] = in[at++];
    }
  }

  /// @param until goes on to at least here
  /// @param end of the frame, over which no match goes
  private void symbols(long until, long end) throws CorruptException, TruncatedException {
    int mask = window.length - 1;
    while (produced < until) {
      int symbol = next(main);
      if (symbol < LITERALS) {
        window[(int) (produced++ & mask)] = (byte) symbol;
        continue;
      }
      int count = (symbol - LITERALS & 7) + SHORTEST;
      if (count == 7 + SHORTEST) {
        count += next(length);
      }
      int distance = distance((symbol - LITERALS) >> 3);
      if (distance <= 0 || distance > produced || distance > window.length) {
        throw new CorruptException("a match before the start");
      }
      if (count > end - produced) {
        throw new CorruptException("a match over the end of a frame");
      }
      for (int i = 0; i < count; i++) {
        window[(int) (produced & mask)] = window[(int) (produced - distance & mask)];
        produced++;
      }
    }
  }

  private int distance(int slot) throws CorruptException, TruncatedException {
    int distance;
    if (slot < 3) {
      distance = recent[slot];
      recent[slot] = recent[0];
    } else {
      int wide = extra[slot];
      int rest;
      if (type == ALIGNED && wide >= 3) {
        rest = take(wide - 3) << 3;
        rest += next(aligned);
      } else {
        rest = take(wide);
      }
      distance = base[slot] + rest - 2;
      recent[2] = recent[1];
      recent[1] = recent[0];
    }
    recent[0] = distance;
    return distance;
  }

  /// Calls of x86 code have absolute targets in the stream, and relative ones again here.
  private void translate(byte[] frame) {
    if (translated == 0 || frames >= TRANSLATED_FRAMES || frame.length <= 10) {
      return;
    }
    long start = (long) frames * FRAME;
    for (int i = 0; i < frame.length - 10; i++) {
      if (frame[i] != (byte) 0xe8) {
        continue;
      }
      int position = (int) (start + i);
      int absolute = (int) Binary.u32le(frame, i + 1);
      if (absolute >= -position && absolute < translated) {
        int relative = absolute >= 0 ? absolute - position : (int) (absolute + translated);
        for (int b = 0; b < 4; b++) {
          frame[i + 1 + b] = (byte) (relative >> (8 * b));
        }
      }
      i += 4;
    }
  }

  private int next(HuffmanCode code) throws CorruptException, TruncatedException {
    int value = 0;
    int first = 0;
    int before = 0;
    for (int i = 1; i <= HuffmanCode.LONGEST; i++) {
      value |= take(1);
      int count = code.count(i);
      if (value - first < count) {
        return code.symbol(before + value - first);
      }
      before += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw new CorruptException("no code of the table");
  }

  /// The next bits of little-endian words, the highest first. Some bits behind the end are zeros.
  private int take(int count) throws TruncatedException {
    while (bitCount < count) {
      if (at >= in.length + 4) {
        throw new TruncatedException("a frame is cut off");
      }
      int low = at < in.length ? in[at] & 0xff : 0;
      int high = at + 1 < in.length ? in[at + 1] & 0xff : 0;
      bits = bits << 16 | high << 8 | low;
      at += 2;
      bitCount += 16;
    }
    bitCount -= count;
    return bits >>> bitCount & (1 << count) - 1;
  }

  private void need(int count) throws TruncatedException {
    if (at > in.length - count) {
      throw new TruncatedException("a stored block is cut off");
    }
  }
}
