package io.firmament.analysis.unpack.io.ppmd;

import java.util.Arrays;

/// The model of variant H: a memory that is full makes it begin anew.
final class ModelH extends Model {
  /// Classes of the numbers of states, for one state and for more.
  private static final int[] BINARY_CLASS = new int[256];

  private static final int[] ESCAPE_CLASS = new int[256];

  static {
    Arrays.fill(BINARY_CLASS, 6);
    Arrays.fill(BINARY_CLASS, 2, 11, 4);
    BINARY_CLASS[0] = 0;
    BINARY_CLASS[1] = 2;
    int number = 3;
    int left = 1;
    for (int i = 0; i < 256; i++) {
      ESCAPE_CLASS[i] = i < 3 ? i : number;
      if (i >= 3 && --left == 0) {
        left = ++number - 2;
      }
    }
  }

  private final HeapH heap;
  private final Escape[] escapes = new Escape[25 * 16];
  private int high;

  ModelH(RangeDecoder in, int order, int memory) {
    this(in, order, new HeapH(memory));
  }

  private ModelH(RangeDecoder in, int order, HeapH heap) {
    super(in, order, heap, 128 * 64);
    this.heap = heap;
    restart();
  }

  @Override
  void restart() {
    super.restart();
    for (int i = 0; i < binary.length; i++) {
      binary[i] = BINARY_SCALE - FIRST_ESCAPES[i & 7] / (i / 64 + 2);
    }
    for (int i = 0; i < escapes.length; i++) {
      int shift = PERIOD_BITS - 4;
      escapes[i] = new Escape((5 * (i / 16) + 10) << shift, shift, 4);
    }
  }

  @Override
  int count(int of) {
    return heap.u16(of);
  }

  @Override
  void count(int of, int value) {
    heap.u16(of, value);
  }

  @Override
  boolean isLikely(int twice, int total) {
    return twice > total;
  }

  @Override
  void escapes() {
    high = highFlag(symbol(found));
  }

  @Override
  int binaryIndex(int state) {
    high = highFlag(symbol(found));
    return (frequency(state) - 1) * 64
        + success
        + BINARY_CLASS[count(suffix(context)) - 1]
        + high
        + 2 * highFlag(symbol(state))
        + (run >> 26 & 0x20);
  }

  @Override
  int mostFrequentAlone() {
    return 128;
  }

  private static int highFlag(int symbol) {
    return symbol >= 0x40 ? 8 : 0;
  }

  @Override
  Escape escape(int known) {
    int count = count(context);
    int open = count - known;
    return escapes[
        ESCAPE_CLASS[open - 1] * 16
            + (open < count(suffix(context)) - count ? 1 : 0)
            + (sum(context) < 11 * count ? 2 : 0)
            + (known > open ? 4 : 0)
            + high];
  }

  @Override
  int alone(int frequency, int escape) {
    int left = frequency;
    int rest = escape;
    do {
      left -= left >> 1;
      rest >>= 1;
    } while (rest > 1);
    return left;
  }

  @Override
  void leftAlone(int of, int symbol) {}

  @Override
  void leftOut(int of) {}

  @Override
  void rescaled() {}

  @Override
  void update() {
    int symbol = symbol(found);
    int frequency = frequency(found);
    int following = successor(found);
    if (frequency < MOST_FREQUENT / 4 && suffix(context) != 0) {
      inform(suffix(context), symbol);
    }
    if (fall == 0) {
      int made = successors(true);
      if (made == 0) {
        restart();
        return;
      }
      context = made;
      longest = made;
      heap.u32(found + SUCCESSOR, made);
      return;
    }
    if (!heap.append(symbol)) {
      restart();
      return;
    }
    int next = heap.text();
    if (following == 0) {
      heap.u32(found + SUCCESSOR, next);
      following = context;
    } else {
      if (Integer.compareUnsigned(following, next) <= 0) {
        following = successors(false);
        if (following == 0) {
          restart();
          return;
        }
      }
      if (--fall == 0) {
        next = following;
        if (longest != context) {
          heap.dropLast();
        }
      }
    }
    int count = count(context);
    int rest = sum(context) - count - (frequency - 1);
    for (int each = longest; each != context; each = suffix(each)) {
      if (!learn(each, count, rest, next)) {
        restart();
        return;
      }
    }
    longest = following;
    context = following;
  }

  /// Gives a context a state for the symbol that was found; false where there is no memory.
  private boolean learn(int of, int count, int rest, int next) {
    int own = count(of);
    if (own != 1) {
      if ((own & 1) == 0) {
        int block = heap.grown(states(of), own >> 1);
        if (block == 0) {
          return false;
        }
        heap.u32(of + STATES, block);
      }
      int more = 2 * own < count ? 1 : 0;
      more += 4 * own <= count && sum(of) <= 8 * own ? 2 : 0;
      sum(of, sum(of) + more);
    } else {
      int block = heap.block(1);
      if (block == 0) {
        return false;
      }
      heap.copy(of + ONLY_STATE, block, STATE);
      int frequency = frequency(block);
      frequency = frequency < MOST_FREQUENT / 4 - 1 ? frequency * 2 : MOST_FREQUENT - 4;
      frequency(block, frequency);
      heap.u32(of + STATES, block);
      sum(of, frequency + firstEscape + (count > 3 ? 1 : 0));
    }
    int weight = 2 * frequency(found) * (sum(of) + 6);
    int scale = rest + sum(of);
    int frequency;
    if (weight < 6 * scale) {
      frequency = 1 + (weight > scale ? 1 : 0) + (weight >= 4 * scale ? 1 : 0);
      sum(of, sum(of) + 3);
    } else {
      frequency =
          4
              + (weight >= 9 * scale ? 1 : 0)
              + (weight >= 12 * scale ? 1 : 0)
              + (weight >= 15 * scale ? 1 : 0);
      sum(of, sum(of) + frequency);
    }
    int state = states(of) + own * STATE;
    heap.u8(state, symbol(found));
    frequency(state, frequency);
    heap.u32(state + SUCCESSOR, next);
    heap.u16(of, own + 1);
    return true;
  }

  /// Makes the contexts for which the text stood in so far; gives the longest, 0 where there is no
  /// memory.
  private int successors(boolean skip) {
    int symbol = symbol(found);
    int branch = successor(found);
    int of = context;
    int length = 0;
    if (!skip) {
      chain[length++] = found;
    }
    while (suffix(of) != 0) {
      of = suffix(of);
      int state = state(of, symbol);
      if (successor(state) != branch) {
        of = successor(state);
        if (length == 0) {
          return of;
        }
        break;
      }
      chain[length++] = state;
    }
    int first = heap.u8(branch);
    int state = state(of, first);
    int frequency = frequency(state);
    if (count(of) != 1) {
      int weight = frequency - 1;
      int rest = sum(of) - count(of) - weight;
      frequency =
          1
              + (2 * weight <= rest
                  ? (5 * weight > rest ? 1 : 0)
                  : (2 * weight + 3 * rest - 1) / (2 * rest));
    }
    while (length > 0) {
      int made = heap.context();
      if (made == 0) {
        return 0;
      }
      heap.u16(made, 1);
      heap.u8(made + ONLY_STATE, first);
      frequency(made + ONLY_STATE, frequency);
      heap.u32(made + ONLY_STATE + SUCCESSOR, branch + 1);
      heap.u32(made + SUFFIX, of);
      heap.u32(chain[--length] + SUCCESSOR, made);
      of = made;
    }
    return of;
  }
}
