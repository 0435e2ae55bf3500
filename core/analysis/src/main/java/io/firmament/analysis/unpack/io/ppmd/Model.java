package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;

/// Predicts each symbol from those before it, by contexts of up to the order's length.
///
/// A context is a unit: number of states (2), sum of their frequencies (2), states (4), the context
/// that is shorter by a symbol (4). A state is a symbol, its frequency, and in two halves what
/// follows it: a context, or a place in the text where none was made yet. The only state of a
/// context stands in place of sum and states.
final class Model {
  private static final int MOST_FREQUENT = 124;
  private static final int PERIOD_BITS = 7;
  private static final int BINARY_SCALE = 1 << 14;
  private static final int STATE = 6;
  private static final int SUM = 2;
  private static final int STATES = 4;
  private static final int SUFFIX = 8;
  private static final int ONLY_STATE = 2;
  private static final int FREQUENCY = 1;
  private static final int SUCCESSOR = 2;

  private static final int[] FIRST_ESCAPES = {
    0x3cdd, 0x1f3f, 0x59bf, 0x48f3, 0x64a1, 0x5abc, 0x6632, 0x6051
  };
  private static final int[] ESCAPES = {25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2};

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

  /// How likely an escape was in contexts like this one.
  private static final class Escape {
    private int sum;
    private int shift;
    private int count;

    Escape(int sum, int shift, int count) {
      this.sum = sum;
      this.shift = shift;
      this.count = count;
    }

    int mean() {
      int mean = sum >> shift;
      sum = sum - mean & 0xffff;
      return Math.max(mean, 1);
    }

    void missed() {
      if (shift < PERIOD_BITS && --count == 0) {
        sum = sum << 1 & 0xffff;
        count = 3 << shift++;
      }
    }

    void add(int frequency) {
      sum = sum + frequency & 0xffff;
    }
  }

  private RangeDecoder in;
  private final Heap heap;
  private final int order;
  private final int[] binary = new int[128 * 64];
  private final Escape[] escapes = new Escape[25 * 16];
  private final Escape noEscape = new Escape(0, PERIOD_BITS, 64);
  private final boolean[] masked = new boolean[256];
  private final int[] candidates = new int[256];
  private final int[] chain = new int[PpmdInputStream.MOST_ORDER];
  private int context;
  private int longest;
  private int found;
  private int fall;
  private int firstEscape;
  private int success;
  private int high;
  private int run;
  private int firstRun;

  Model(RangeDecoder in, int order, int memory) {
    this.in = in;
    this.order = order;
    this.heap = new Heap(memory);
    restart();
  }

  /// Goes on with what another stream taught.
  void goOn(RangeDecoder next) {
    in = next;
  }

  private void restart() {
    heap.clear();
    fall = order;
    firstRun = -Math.min(order, 12) - 1;
    run = firstRun;
    success = 0;
    context = heap.context();
    longest = context;
    found = heap.first();
    heap.u16(context, 256);
    heap.u16(context + SUM, 257);
    heap.u32(context + STATES, found);
    heap.u32(context + SUFFIX, 0);
    for (int i = 0; i < 256; i++) {
      heap.u8(found + i * STATE, i);
      heap.u8(found + i * STATE + FREQUENCY, 1);
      heap.u32(found + i * STATE + SUCCESSOR, 0);
    }
    for (int i = 0; i < binary.length; i++) {
      binary[i] = BINARY_SCALE - FIRST_ESCAPES[i & 7] / (i / 64 + 2);
    }
    for (int i = 0; i < escapes.length; i++) {
      int shift = PERIOD_BITS - 4;
      escapes[i] = new Escape((5 * (i / 16) + 10) << shift, shift, 4);
    }
  }

  private int symbol(int state) {
    return heap.u8(state);
  }

  private int frequency(int state) {
    return heap.u8(state + FREQUENCY);
  }

  private void frequency(int state, int value) {
    heap.u8(state + FREQUENCY, value);
  }

  private int successor(int state) {
    return heap.u32(state + SUCCESSOR);
  }

  private int count(int of) {
    return heap.u16(of);
  }

  private int sum(int of) {
    return heap.u16(of + SUM);
  }

  private void sum(int of, int value) {
    heap.u16(of + SUM, value);
  }

  private int states(int of) {
    return heap.u32(of + STATES);
  }

  private int suffix(int of) {
    return heap.u32(of + SUFFIX);
  }

  /// The state of a symbol that the context has.
  private int state(int of, int symbol) {
    if (count(of) == 1) {
      return of + ONLY_STATE;
    }
    int state = states(of);
    while (symbol(state) != symbol) {
      state += STATE;
    }
    return state;
  }

  /// The next symbol; -1 at an end mark.
  int next() throws IOException {
    Arrays.fill(masked, false);
    int hit = count(context) == 1 ? binary() : several();
    while (hit < 0) {
      int known = count(context);
      do {
        fall++;
        if (suffix(context) == 0) {
          return -1;
        }
        context = suffix(context);
      } while (count(context) == known);
      hit = unmasked(known);
    }
    return hit;
  }

  /// In a context of several states; -1 at an escape.
  private int several() throws IOException {
    int total = sum(context);
    int part = in.part(total);
    int state = states(context);
    int behind = frequency(state);
    if (part < behind) {
      in.enter(0, behind);
      found = state;
      int symbol = symbol(state);
      success = 2 * behind > total ? 1 : 0;
      run += success;
      added();
      follow();
      return symbol;
    }
    success = 0;
    int end = state + count(context) * STATE;
    for (state += STATE; state < end; state += STATE) {
      int frequency = frequency(state);
      behind += frequency;
      if (behind > part) {
        in.enter(behind - frequency, frequency);
        int symbol = symbol(state);
        found = state;
        promoted();
        follow();
        return symbol;
      }
    }
    if (part >= total) {
      throw new CorruptException("a PPMd stream makes no sense");
    }
    high = highFlag(symbol(found));
    in.enter(behind, total - behind);
    for (int each = states(context); each < end; each += STATE) {
      masked[symbol(each)] = true;
    }
    return -1;
  }

  /// In a context of one state; -1 at an escape.
  private int binary() throws IOException {
    int state = context + ONLY_STATE;
    high = highFlag(symbol(found));
    int at =
        (frequency(state) - 1) * 64
            + success
            + BINARY_CLASS[count(suffix(context)) - 1]
            + high
            + 2 * highFlag(symbol(state))
            + (run >> 26 & 0x20);
    int zero = binary[at];
    int mean = (zero + (1 << (PERIOD_BITS - 2))) >> PERIOD_BITS;
    if (in.bit(zero) == 0) {
      binary[at] = zero + (1 << PERIOD_BITS) - mean;
      found = state;
      int symbol = symbol(state);
      int frequency = frequency(state);
      frequency(state, frequency < 128 ? frequency + 1 : frequency);
      success = 1;
      run++;
      follow();
      return symbol;
    }
    binary[at] = zero - mean;
    firstEscape = ESCAPES[binary[at] >> 10];
    masked[symbol(state)] = true;
    success = 0;
    return -1;
  }

  private static int highFlag(int symbol) {
    return symbol >= 0x40 ? 8 : 0;
  }

  /// In a shorter context, without the symbols that were ruled out; -1 at an escape.
  private int unmasked(int known) throws IOException {
    int count = 0;
    int total = 0;
    int end = states(context) + count(context) * STATE;
    for (int state = states(context); state < end; state += STATE) {
      if (!masked[symbol(state)]) {
        total += frequency(state);
        candidates[count++] = state;
      }
    }
    Escape escape = escape(known);
    int escapeFrequency = count(context) == 256 ? 1 : escape.mean();
    int all = total + escapeFrequency;
    int part = in.part(all);
    if (part < total) {
      int i = 0;
      int behind = frequency(candidates[0]);
      while (behind <= part) {
        behind += frequency(candidates[++i]);
      }
      found = candidates[i];
      in.enter(behind - frequency(found), frequency(found));
      escape.missed();
      int symbol = symbol(found);
      added();
      run = firstRun;
      update();
      return symbol;
    }
    if (part >= all) {
      throw new CorruptException("a PPMd stream makes no sense");
    }
    in.enter(total, escapeFrequency);
    escape.add(all);
    for (int i = 0; i < count; i++) {
      masked[symbol(candidates[i])] = true;
    }
    return -1;
  }

  private Escape escape(int known) {
    int count = count(context);
    if (count == 256) {
      return noEscape;
    }
    int open = count - known;
    return escapes[
        ESCAPE_CLASS[open - 1] * 16
            + (open < count(suffix(context)) - count ? 1 : 0)
            + (sum(context) < 11 * count ? 2 : 0)
            + (known > open ? 4 : 0)
            + high];
  }

  private void added() {
    sum(context, sum(context) + 4);
    int frequency = frequency(found) + 4;
    frequency(found, frequency);
    if (frequency > MOST_FREQUENT) {
      rescale();
    }
  }

  /// The same for a state that is not the first, which moves up where it is more frequent now.
  private void promoted() {
    sum(context, sum(context) + 4);
    int frequency = frequency(found) + 4;
    frequency(found, frequency);
    if (frequency > frequency(found - STATE)) {
      swap(found);
      found -= STATE;
      if (frequency > MOST_FREQUENT) {
        rescale();
      }
    }
  }

  /// Exchanges a state with the one before it.
  private void swap(int state) {
    int low = heap.u16(state);
    int successor = successor(state);
    heap.copy(state - STATE, state, STATE);
    heap.u16(state - STATE, low);
    heap.u32(state - STATE + SUCCESSOR, successor);
  }

  /// Moves a state in front of `to`, over those between.
  private void move(int state, int to) {
    int low = heap.u16(state);
    int successor = successor(state);
    heap.copy(to, to + STATE, state - to);
    heap.u16(to, low);
    heap.u32(to + SUCCESSOR, successor);
  }

  private void follow() {
    int successor = successor(found);
    if (fall == 0 && Integer.compareUnsigned(successor, heap.text()) > 0) {
      context = successor;
      longest = successor;
    } else {
      update();
    }
  }

  /// Halves the frequencies of a context; states that come to nothing are left out.
  private void rescale() {
    int first = states(context);
    move(found, first);
    int more = fall != 0 ? 1 : 0;
    int count = count(context);
    int escape = sum(context) - frequency(first);
    int half = (frequency(first) + 4 + more) >> 1;
    frequency(first, half);
    int total = half;
    int last = first + (count - 1) * STATE;
    for (int state = first + STATE; state <= last; state += STATE) {
      escape -= frequency(state);
      half = (frequency(state) + more) >> 1;
      frequency(state, half);
      total += half;
      if (half > frequency(state - STATE)) {
        int to = state - STATE;
        while (to != first && half > frequency(to - STATE)) {
          to -= STATE;
        }
        move(state, to);
      }
    }
    int none = 0;
    while (frequency(last - none * STATE) == 0) {
      none++;
    }
    if (none > 0) {
      escape += none;
      heap.u16(context, count - none);
      int units = (count + 1) >> 1;
      if (count - none == 1) {
        int frequency = frequency(first);
        do {
          frequency -= frequency >> 1;
          escape >>= 1;
        } while (escape > 1);
        heap.copy(first, context + ONLY_STATE, STATE);
        frequency(context + ONLY_STATE, frequency);
        heap.release(first, units);
        found = context + ONLY_STATE;
        return;
      }
      int fewer = (count - none + 1) >> 1;
      if (fewer != units) {
        heap.u32(context + STATES, heap.shrunk(first, units, fewer));
      }
    }
    sum(context, total + escape - (escape >> 1));
    found = states(context);
  }

  /// Learns the symbol that was found, in the shorter context and in all longer ones.
  private void update() {
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

  private void inform(int of, int symbol) {
    int state = state(of, symbol);
    int frequency = frequency(state);
    if (count(of) == 1) {
      if (frequency < 32) {
        frequency(state, frequency + 1);
      }
      return;
    }
    if (state != states(of) && frequency >= frequency(state - STATE)) {
      swap(state);
      state -= STATE;
    }
    if (frequency < MOST_FREQUENT - 9) {
      frequency(state, frequency + 2);
      sum(of, sum(of) + 2);
    }
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
