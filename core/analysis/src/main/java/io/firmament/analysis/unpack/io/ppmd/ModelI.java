package io.firmament.analysis.unpack.io.ppmd;

import java.util.Arrays;

/// The model of variant I, revision 1: a memory that is full makes it begin anew, or cuts off the
/// contexts that are longest or not in use.
///
/// A context says in its flags which symbols are above 0x3f (one of its own, 8; the one before it,
/// 16), and that its frequencies were halved (4).
final class ModelI extends Model {
  private static final int HALVED = 4;
  private static final int HIGH = 8;
  private static final int HIGH_BEFORE = 16;
  private static final int HIGH_SYMBOL = 0x40;
  private static final int BINARY_ROWS = 25;
  private static final int ESCAPE_ROWS = 24;
  private static final int ESCAPE_COLUMNS = 32;

  /// Shorter contexts of one state are kept when others are cut off.
  private static final int KEPT_ORDER = 9;

  /// Each round takes the longest contexts away, so that there are never as many.
  private static final int MOST_ROUNDS = 2 * PpmdInputStream.MOST_ORDER + 2;

  /// Classes of numbers of states, and of frequencies.
  private static final int[] CLASS = new int[260];

  private static final int[] SUFFIX_CLASS = new int[256];

  static {
    int left = 1;
    int number = 5;
    for (int i = 0; i < CLASS.length; i++) {
      CLASS[i] = i < 5 ? i : number;
      if (i >= 5 && --left == 0) {
        left = ++number - 4;
      }
    }
    Arrays.fill(SUFFIX_CLASS, 6);
    Arrays.fill(SUFFIX_CLASS, 0, 11, 4);
    SUFFIX_CLASS[0] = 0;
    SUFFIX_CLASS[1] = 2;
  }

  private final HeapI heap;
  private final boolean cuts;
  private final Escape[] escapes = new Escape[ESCAPE_ROWS * ESCAPE_COLUMNS];

  /// @param cuts off contexts where the memory is full, instead of beginning anew
  ModelI(RangeDecoder in, int order, int memory, boolean cuts) {
    this(in, order, new HeapI(memory), cuts);
  }

  private ModelI(RangeDecoder in, int order, HeapI heap, boolean cuts) {
    super(in, order, heap, BINARY_ROWS * 64);
    this.heap = heap;
    this.cuts = cuts;
    restart();
  }

  @Override
  void restart() {
    super.restart();
    flags(context, 0);
    int last = 0;
    for (int row = 0; row < BINARY_ROWS; row++) {
      while (CLASS[last] == row) {
        last++;
      }
      for (int i = 0; i < 64; i++) {
        binary[row * 64 + i] = BINARY_SCALE - FIRST_ESCAPES[i & 7] / (last + 1);
      }
    }
    last = 0;
    for (int row = 0; row < ESCAPE_ROWS; row++) {
      while (CLASS[last + 3] == row + 3) {
        last++;
      }
      int shift = PERIOD_BITS - 4;
      for (int i = 0; i < ESCAPE_COLUMNS; i++) {
        escapes[row * ESCAPE_COLUMNS + i] = new Escape((2 * last + 5) << shift, shift, 7);
      }
    }
  }

  @Override
  int count(int of) {
    return heap.u8(of) + 1;
  }

  @Override
  void count(int of, int value) {
    heap.u8(of, value - 1);
  }

  private int flags(int of) {
    return heap.u8(of + 1);
  }

  private void flags(int of, int value) {
    heap.u8(of + 1, value);
  }

  private static int high(int symbol) {
    return symbol >= HIGH_SYMBOL ? HIGH : 0;
  }

  @Override
  boolean isLikely(int twice, int total) {
    return twice >= total;
  }

  @Override
  void escapes() {}

  @Override
  int binaryIndex(int state) {
    return CLASS[frequency(state) - 1] * 64
        + success
        + SUFFIX_CLASS[count(suffix(context)) - 1]
        + flags(context)
        + (run >> 26 & 0x20);
  }

  @Override
  int mostFrequentAlone() {
    return 196;
  }

  @Override
  Escape escape(int known) {
    int count = count(context);
    return escapes[
        (CLASS[count + 1] - 3) * ESCAPE_COLUMNS
            + (sum(context) > 11 * count ? 1 : 0)
            + (2 * count < count(suffix(context)) + known ? 2 : 0)
            + flags(context)];
  }

  @Override
  int alone(int frequency, int escape) {
    return Math.min((2 * frequency + escape - 1) / escape, MOST_FREQUENT / 3);
  }

  @Override
  void leftAlone(int of, int symbol) {
    flags(of, (flags(of) & HIGH_BEFORE) + high(symbol));
  }

  @Override
  void leftOut(int of) {
    int flags = flags(of) & ~HIGH;
    int end = states(of) + count(of) * STATE;
    for (int state = states(of); state < end; state += STATE) {
      flags |= high(symbol(state));
    }
    flags(of, flags);
  }

  @Override
  void rescaled() {
    flags(context, flags(context) | HALVED);
  }

  @Override
  void update() {
    int symbol = symbol(found);
    int frequency = frequency(found);
    int following = successor(found);
    int shorter = 0;
    if (frequency < MOST_FREQUENT / 4 && suffix(context) != 0) {
      shorter = inform(suffix(context), symbol);
    }
    if (fall == 0 && following != 0) {
      int made = successors(true, shorter, context);
      successor(found, made);
      if (made == 0) {
        restore(longest);
      } else {
        longest = made;
      }
      context = longest;
      return;
    }
    if (heap.append(symbol)) {
      learnAll(symbol, frequency, following, shorter);
    } else {
      restore(longest);
    }
    context = longest;
  }

  /// @param following what followed the symbol so far
  /// @param shorter the symbol's state in the shorter context, or 0
  private void learnAll(int symbol, int frequency, int following, int shorter) {
    int next = heap.text();
    int after = following;
    if (following == 0) {
      after = reduced(shorter);
    } else if (!heap.isUnit(following)) {
      after = successors(false, shorter, context);
    }
    if (after == 0) {
      restore(longest);
      return;
    }
    if (--fall == 0) {
      next = after;
      if (longest != context) {
        heap.dropLast();
      }
    }
    int count = count(context);
    int rest = sum(context) - (count - 1) - frequency;
    for (int each = longest; each != context; each = suffix(each)) {
      if (!learn(each, symbol, frequency, count, rest, next)) {
        restore(each);
        return;
      }
    }
    longest = after;
  }

  /// Gives a context a state for the symbol; false where there is no memory.
  private boolean learn(int of, int symbol, int frequency, int count, int rest, int next) {
    int own = count(of);
    if (own != 1) {
      if ((own & 1) == 0) {
        int block = heap.grown(states(of), own >> 1);
        if (block == 0) {
          return false;
        }
        heap.u32(of + STATES, block);
      }
      sum(of, sum(of) + (3 * own - 1 < count ? 1 : 0));
    } else {
      int block = heap.block(1);
      if (block == 0) {
        return false;
      }
      heap.copy(of + ONLY_STATE, block, STATE);
      int first = frequency(block);
      first = first < MOST_FREQUENT / 4 - 1 ? first * 2 : MOST_FREQUENT - 4;
      frequency(block, first);
      heap.u32(of + STATES, block);
      sum(of, first + firstEscape + (count > 3 ? 1 : 0));
    }
    int weight = 2 * frequency * (sum(of) + 6);
    int scale = rest + sum(of);
    int given;
    if (weight < 6 * scale) {
      given = 1 + (weight > scale ? 1 : 0) + (weight >= 4 * scale ? 1 : 0);
      sum(of, sum(of) + 4);
    } else {
      given =
          4
              + (weight > 9 * scale ? 1 : 0)
              + (weight > 12 * scale ? 1 : 0)
              + (weight > 15 * scale ? 1 : 0);
      sum(of, sum(of) + given);
    }
    int state = states(of) + own * STATE;
    heap.u8(state, symbol);
    frequency(state, given);
    successor(state, next);
    flags(of, flags(of) | high(symbol));
    count(of, own + 1);
    return true;
  }

  /// Makes the contexts for which the text stood in so far; gives the longest, 0 where there is no
  /// memory.
  ///
  /// @param skip the state that was found has its context already
  /// @param shorter the symbol's state in the next shorter context where it is known, or 0
  private int successors(boolean skip, int shorter, int from) {
    int symbol = symbol(found);
    int branch = successor(found);
    int of = from;
    int known = shorter;
    int length = 0;
    if (!skip) {
      chain[length++] = found;
    }
    while (suffix(of) != 0) {
      of = suffix(of);
      int state = known != 0 ? known : nudged(of, symbol);
      known = 0;
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
    int frequency = firstFrequency(of, first);
    int flags = (symbol >= HIGH_SYMBOL ? HIGH_BEFORE : 0) + high(first);
    while (length > 0) {
      int made = heap.context();
      if (made == 0) {
        return 0;
      }
      count(made, 1);
      flags(made, flags);
      heap.u8(made + ONLY_STATE, first);
      frequency(made + ONLY_STATE, frequency);
      successor(made + ONLY_STATE, branch + 1);
      heap.u32(made + SUFFIX, of);
      successor(chain[--length], made);
      of = made;
    }
    return of;
  }

  /// The symbol's state in a context, a little more frequent.
  private int nudged(int of, int symbol) {
    int state = state(of, symbol);
    int frequency = frequency(state);
    if (count(of) == 1) {
      boolean alone = suffix(of) == 0 || count(suffix(of)) == 1;
      frequency(state, alone && frequency < 24 ? frequency + 1 : frequency);
    } else if (frequency < MOST_FREQUENT - 9) {
      frequency(state, frequency + 1);
      sum(of, sum(of) + 1);
    }
    return state;
  }

  /// How frequent a symbol is in a new context, from the shorter one.
  private int firstFrequency(int of, int symbol) {
    int frequency = frequency(state(of, symbol));
    if (count(of) == 1) {
      return frequency;
    }
    int weight = frequency - 1;
    int rest = sum(of) - (count(of) - 1) - weight;
    return 1 + (2 * weight <= rest ? (5 * weight > rest ? 1 : 0) : (weight + 2 * rest - 3) / rest);
  }

  /// For a symbol that nothing followed yet: lets the text stand for what follows it, in the
  /// shorter contexts up to one that knows it; gives that, 0 where there is no memory.
  private int reduced(int shorter) {
    int symbol = symbol(found);
    int text = heap.text();
    int of = context;
    int state = shorter;
    successor(found, text);
    fall++;
    while (true) {
      if (suffix(of) == 0) {
        return of;
      }
      of = suffix(of);
      if (state == 0) {
        state = raised(of, symbol);
      }
      if (successor(state) != 0) {
        break;
      }
      successor(state, text);
      fall++;
      state = 0;
    }
    if (!heap.isUnit(successor(state))) {
      int kept = found;
      found = state;
      int made = successors(false, 0, of);
      successor(state, made);
      found = kept;
    }
    if (fall == 1 && context == longest) {
      successor(found, successor(state));
      heap.dropLast();
    }
    return successor(state);
  }

  /// The symbol's state in a context, more frequent.
  private int raised(int of, int symbol) {
    int state = state(of, symbol);
    int frequency = frequency(state);
    if (count(of) == 1) {
      frequency(state, frequency < 32 ? frequency + 1 : frequency);
    } else if (frequency < MOST_FREQUENT - 9) {
      frequency(state, frequency + 2);
      sum(of, sum(of) + 2);
    }
    return state;
  }

  /// Makes room in a memory that is full.
  ///
  /// @param until contexts from the longest up to here have learnt the symbol already, and forget
  ///     it
  private void restore(int until) {
    heap.clearText();
    int of = longest;
    for (; of != until; of = suffix(of)) {
      int left = count(of) - 1;
      count(of, left);
      if (left == 1) {
        int first = states(of);
        leaveAlone(of);
        heap.releaseUnit(first);
      } else {
        refresh(of, (left + 2) >> 1, 0);
      }
    }
    for (; of != context; of = suffix(of)) {
      if (count(of) == 1) {
        int state = of + ONLY_STATE;
        frequency(state, frequency(state) - (frequency(state) >> 1));
      } else {
        sum(of, sum(of) + 4);
        if (sum(of) > 128 + 4 * (count(of) - 1)) {
          refresh(of, (count(of) + 1) >> 1, 1);
        }
      }
    }
    if (!cuts || heap.used() < heap.size >>> 1) {
      restart();
    } else {
      cut();
    }
  }

  /// Makes a context one of its first state only, whose block is then to be released.
  private void leaveAlone(int of) {
    int first = states(of);
    leftAlone(of, symbol(first));
    heap.copy(first, of + ONLY_STATE, STATE);
    frequency(of + ONLY_STATE, (frequency(of + ONLY_STATE) + 11) >> 3);
  }

  private void cut() {
    while (suffix(longest) != 0) {
      longest = suffix(longest);
    }
    int round = 0;
    do {
      cut(longest, 0);
      heap.growText();
    } while (heap.used() > 3 * (heap.size >>> 2) && ++round < MOST_ROUNDS);
    if (round == MOST_ROUNDS) {
      restart();
      return;
    }
    heap.untilGlue = 0;
    fall = order;
  }

  /// Cuts off what is below a context; gives it, or 0 where nothing of it is left.
  private int cut(int of, int depth) {
    if (count(of) == 1) {
      int state = of + ONLY_STATE;
      if (heap.isUnit(successor(state))) {
        successor(state, depth < order ? cut(successor(state), depth + 1) : 0);
        if (successor(state) != 0 || depth <= KEPT_ORDER) {
          return of;
        }
      }
      heap.releaseUnit(of);
      return 0;
    }
    int count = count(of);
    int units = (count + 1) >> 1;
    int first = heap.raised(states(of), units);
    heap.u32(of + STATES, first);
    int left = count;
    for (int state = first + (count - 1) * STATE; state >= first; state -= STATE) {
      if (!heap.isUnit(successor(state))) {
        successor(state, 0);
        exchange(state, first + --left * STATE);
      } else {
        successor(state, depth < order ? cut(successor(state), depth + 1) : 0);
      }
    }
    return left == count || depth == 0 ? of : cutTo(of, left, units);
  }

  /// Leaves so many of the first states of a context; gives it, or 0 where that is none.
  private int cutTo(int of, int left, int units) {
    if (left == 0) {
      heap.release(states(of), units);
      heap.releaseUnit(of);
      return 0;
    }
    count(of, left);
    if (left == 1) {
      int first = states(of);
      leaveAlone(of);
      heap.release(first, units);
    } else {
      refresh(of, units, sum(of) > 16 * (left - 1) ? 1 : 0);
    }
    return of;
  }

  private void exchange(int a, int b) {
    int low = heap.u16(a);
    int successor = successor(a);
    heap.copy(b, a, STATE);
    heap.u16(b, low);
    successor(b, successor);
  }

  /// Gives the states of a context a block of their size, and scales their frequencies down.
  ///
  /// @param units of the block that they have
  /// @param scale 1 to halve them
  private void refresh(int of, int units, int scale) {
    int count = count(of);
    int state = heap.shrunk(states(of), units, (count + 1) >> 1);
    heap.u32(of + STATES, state);
    int shift = sum(of) >= 1 << 15 ? 1 : scale;
    int flags = (flags(of) & (HIGH_BEFORE + HALVED * shift)) + high(symbol(state));
    int escape = sum(of) - frequency(state);
    frequency(state, (frequency(state) + shift) >> shift);
    int total = frequency(state);
    for (int i = 1; i < count; i++) {
      state += STATE;
      escape -= frequency(state);
      frequency(state, (frequency(state) + shift) >> shift);
      total += frequency(state);
      flags |= high(symbol(state));
    }
    sum(of, total + ((escape + shift) >> shift));
    flags(of, flags);
  }
}
