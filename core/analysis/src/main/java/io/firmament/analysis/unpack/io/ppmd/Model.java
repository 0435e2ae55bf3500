package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;

/// Predicts each symbol from those before it, by contexts of up to the order's length.
///
/// A context is a unit: number of states and flags (2), sum of the states' frequencies (2), states
/// (4), the context that is shorter by a symbol (4). A state is a symbol, its frequency, and in two
/// halves what follows it: a context, or a place in the text where none was made yet. The only
/// state of a context stands in place of sum and states.
abstract class Model {
  static final int MOST_FREQUENT = 124;
  static final int PERIOD_BITS = 7;
  static final int BINARY_SCALE = 1 << 14;
  static final int STATE = 6;
  static final int SUM = 2;
  static final int STATES = 4;
  static final int SUFFIX = 8;
  static final int ONLY_STATE = 2;
  static final int FREQUENCY = 1;
  static final int SUCCESSOR = 2;
  static final int[] FIRST_ESCAPES = {
    0x3cdd, 0x1f3f, 0x59bf, 0x48f3, 0x64a1, 0x5abc, 0x6632, 0x6051
  };
  private static final int[] ESCAPES = {25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2};

  /// How likely an escape was in contexts like this one.
  static final class Escape {
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
  final int order;
  final int[] binary;
  final Escape noEscape = new Escape(0, PERIOD_BITS, 64);
  final int[] chain = new int[PpmdInputStream.MOST_ORDER];
  private final boolean[] masked = new boolean[256];
  private final int[] candidates = new int[256];
  int context;
  int longest;
  int found;
  int fall;
  int firstEscape;
  int success;
  int run;
  private int firstRun;

  /// @param binary number of the probabilities for contexts of one state
  Model(RangeDecoder in, int order, Heap heap, int binary) {
    this.in = in;
    this.order = order;
    this.heap = heap;
    this.binary = new int[binary];
  }

  /// Goes on with what another stream taught.
  final void goOn(RangeDecoder next) {
    in = next;
  }

  /// Forgets everything: one context, in which all symbols are as likely.
  void restart() {
    heap.clear();
    fall = order;
    firstRun = -Math.min(order, 12) - 1;
    run = firstRun;
    success = 0;
    context = heap.context();
    longest = context;
    found = heap.first();
    count(context, 256);
    sum(context, 257);
    heap.u32(context + STATES, found);
    heap.u32(context + SUFFIX, 0);
    for (int i = 0; i < 256; i++) {
      heap.u8(found + i * STATE, i);
      frequency(found + i * STATE, 1);
      heap.u32(found + i * STATE + SUCCESSOR, 0);
    }
  }

  final int symbol(int state) {
    return heap.u8(state);
  }

  final int frequency(int state) {
    return heap.u8(state + FREQUENCY);
  }

  final void frequency(int state, int value) {
    heap.u8(state + FREQUENCY, value);
  }

  final int successor(int state) {
    return heap.u32(state + SUCCESSOR);
  }

  final void successor(int state, int value) {
    heap.u32(state + SUCCESSOR, value);
  }

  /// Number of a context's states.
  abstract int count(int of);

  abstract void count(int of, int value);

  final int sum(int of) {
    return heap.u16(of + SUM);
  }

  final void sum(int of, int value) {
    heap.u16(of + SUM, value);
  }

  final int states(int of) {
    return heap.u32(of + STATES);
  }

  final int suffix(int of) {
    return heap.u32(of + SUFFIX);
  }

  /// The state of a symbol that the context has.
  final int state(int of, int symbol) {
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
  final int next() throws IOException {
    Arrays.fill(masked, false);
    int hit = count(context) == 1 ? single() : several();
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
      success = isLikely(2 * behind, total) ? 1 : 0;
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
    escapes();
    in.enter(behind, total - behind);
    for (int each = states(context); each < end; each += STATE) {
      masked[symbol(each)] = true;
    }
    return -1;
  }

  /// Whether a first state with half of that frequency was a good guess.
  abstract boolean isLikely(int twice, int total);

  /// Is told that a context of several states has not the next symbol.
  abstract void escapes();

  /// In a context of one state; -1 at an escape.
  private int single() throws IOException {
    int state = context + ONLY_STATE;
    int at = binaryIndex(state);
    int zero = binary[at];
    int mean = (zero + (1 << (PERIOD_BITS - 2))) >> PERIOD_BITS;
    if (in.bit(zero) == 0) {
      binary[at] = zero + (1 << PERIOD_BITS) - mean;
      found = state;
      int symbol = symbol(state);
      int frequency = frequency(state);
      frequency(state, frequency < mostFrequentAlone() ? frequency + 1 : frequency);
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

  /// Which of [#binary] tells about the context's only state.
  abstract int binaryIndex(int state);

  abstract int mostFrequentAlone();

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
    Escape escape = count(context) == 256 ? noEscape : escape(known);
    int all = total + (escape == noEscape ? 1 : escape.mean());
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
    in.enter(total, all - total);
    escape.add(all);
    for (int i = 0; i < count; i++) {
      masked[symbol(candidates[i])] = true;
    }
    return -1;
  }

  /// What is known of escapes in contexts like this one, of whose states so many are ruled out.
  abstract Escape escape(int known);

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
  final void swap(int state) {
    int low = heap.u16(state);
    int successor = successor(state);
    heap.copy(state - STATE, state, STATE);
    heap.u16(state - STATE, low);
    successor(state - STATE, successor);
  }

  /// Moves a state in front of `to`, over those between.
  final void move(int state, int to) {
    int low = heap.u16(state);
    int successor = successor(state);
    heap.copy(to, to + STATE, state - to);
    heap.u16(to, low);
    successor(to, successor);
  }

  private void follow() {
    int successor = successor(found);
    if (fall == 0 && heap.isUnit(successor)) {
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
    escape += none;
    if (none > 0 && !dropped(count, none, escape)) {
      return;
    }
    sum(context, total + escape - (escape >> 1));
    found = states(context);
    rescaled();
  }

  /// Leaves out the last states of a context; false where one is left alone.
  private boolean dropped(int count, int none, int escape) {
    int first = states(context);
    int units = (count + 1) >> 1;
    count(context, count - none);
    if (count - none == 1) {
      int frequency = alone(frequency(first), escape);
      heap.copy(first, context + ONLY_STATE, STATE);
      found = context + ONLY_STATE;
      frequency(found, frequency);
      heap.release(first, units);
      leftAlone(context, symbol(found));
      return false;
    }
    int fewer = (count - none + 1) >> 1;
    if (fewer != units) {
      heap.u32(context + STATES, heap.shrunk(first, units, fewer));
    }
    leftOut(context);
    return true;
  }

  /// The frequency of a state that is left alone.
  abstract int alone(int frequency, int escape);

  /// Is told that a context has one state only, of that symbol.
  abstract void leftAlone(int of, int symbol);

  /// Is told that states were left out, and others are left.
  abstract void leftOut(int of);

  /// Is told that the frequencies of the context were halved.
  abstract void rescaled();

  /// Gives the symbol that was found a higher frequency in the shorter context, too; gives its
  /// state there.
  final int inform(int of, int symbol) {
    int state = state(of, symbol);
    int frequency = frequency(state);
    if (count(of) == 1) {
      if (frequency < 32) {
        frequency(state, frequency + 1);
      }
      return state;
    }
    if (state != states(of) && frequency >= frequency(state - STATE)) {
      swap(state);
      state -= STATE;
    }
    if (frequency < MOST_FREQUENT - 9) {
      frequency(state, frequency + 2);
      sum(of, sum(of) + 2);
    }
    return state;
  }

  /// Learns the symbol that was found, in the shorter context and in all longer ones.
  abstract void update();
}
