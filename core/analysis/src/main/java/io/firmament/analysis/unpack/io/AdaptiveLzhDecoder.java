package io.firmament.analysis.unpack.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// LHA's method lh1: a dictionary of 4 KiB whose literals and lengths have an adaptive Huffman code
/// (H. Yoshizaki's LZHUF), and whose positions have a fixed one for their upper six bits.
public final class AdaptiveLzhDecoder extends InputStream {
  private static final int WINDOW = 1 << 12;
  private static final int LONGEST = 60;
  private static final int SHORTEST = 3;
  private static final int SYMBOLS = 256 - SHORTEST + 1 + LONGEST;
  private static final int NODES = 2 * SYMBOLS - 1;
  private static final int ROOT = NODES - 1;
  private static final int MOST_FREQUENT = 0x8000;

  /// How many upper parts of a position have a code of 3, 4, ... 8 bits.
  private static final int[] POSITIONS = {1, 3, 8, 12, 24, 16};

  private final InputStream in;
  private final byte[] window = new byte[WINDOW];
  private int at = WINDOW - LONGEST;
  private long left;
  private int matchFrom;
  private int matchLeft;
  private int bits;
  private int bitCount;
  private int overrun;

  /// Nodes in order of frequency; the two children of an inner node are side by side, and a child
  /// of `NODES` or more is a symbol.
  private final int[] frequencies = new int[NODES + 1];

  private final int[] children = new int[NODES];
  private final int[] parents = new int[NODES + SYMBOLS];

  /// @param size of the decoded data
  public AdaptiveLzhDecoder(InputStream in, long size) {
    this.in = in;
    this.left = size;
    Arrays.fill(window, (byte) ' ');
    for (int i = 0; i < SYMBOLS; i++) {
      frequencies[i] = 1;
      children[i] = i + NODES;
      parents[i + NODES] = i;
    }
    for (int child = 0, node = SYMBOLS; node <= ROOT; child += 2, node++) {
      frequencies[node] = frequencies[child] + frequencies[child + 1];
      children[node] = child;
      parents[child] = node;
      parents[child + 1] = node;
    }
    frequencies[NODES] = Integer.MAX_VALUE;
  }

  @Override
  public int read() throws IOException {
    if (left == 0) {
      return -1;
    }
    left--;
    byte b;
    if (matchLeft > 0) {
      matchLeft--;
      b = window[matchFrom];
      matchFrom = matchFrom + 1 & WINDOW - 1;
    } else {
      int symbol = symbol();
      if (symbol < 256) {
        b = (byte) symbol;
      } else {
        matchLeft = symbol - 256 + SHORTEST - 1;
        matchFrom = at - position() - 1 & WINDOW - 1;
        b = window[matchFrom];
        matchFrom = matchFrom + 1 & WINDOW - 1;
      }
    }
    window[at] = b;
    at = at + 1 & WINDOW - 1;
    return b & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int b = read();
      if (b < 0) {
        return count == 0 ? -1 : count;
      }
      into[offset + count++] = (byte) b;
    }
    return count;
  }

  private int symbol() throws IOException {
    int node = children[ROOT];
    while (node < NODES) {
      node = children[node + bit()];
    }
    count(node);
    return node - NODES;
  }

  private int position() throws IOException {
    int code = 0;
    int first = 0;
    int before = 0;
    for (int length = 1; ; length++) {
      code = code << 1 | bit();
      first <<= 1;
      int count = length < 3 ? 0 : POSITIONS[length - 3];
      if (code - first < count || length == 8) {
        int upper = before + code - first & 0x3f;
        int lower = 0;
        for (int i = 0; i < 6; i++) {
          lower = lower << 1 | bit();
        }
        return upper << 6 | lower;
      }
      first += count;
      before += count;
    }
  }

  /// Counts a symbol, and moves the nodes above it to where their frequency belongs.
  private void count(int symbol) {
    if (frequencies[ROOT] == MOST_FREQUENT) {
      halve();
    }
    int node = parents[symbol];
    while (true) {
      int frequency = ++frequencies[node];
      if (frequency > frequencies[node + 1]) {
        int other = node + 1;
        while (frequency > frequencies[other + 1]) {
          other++;
        }
        frequencies[node] = frequencies[other];
        frequencies[other] = frequency;
        int child = children[node];
        children[node] = children[other];
        children[other] = child;
        adopt(node);
        adopt(other);
        node = other;
      }
      if (node == ROOT) {
        return;
      }
      node = parents[node];
    }
  }

  private void adopt(int node) {
    int child = children[node];
    parents[child] = node;
    if (child < NODES) {
      parents[child + 1] = node;
    }
  }

  /// Halves all frequencies and builds the tree anew.
  private void halve() {
    int leaf = 0;
    for (int node = 0; node < NODES; node++) {
      if (children[node] >= NODES) {
        frequencies[leaf] = (frequencies[node] + 1) >> 1;
        children[leaf++] = children[node];
      }
    }
    for (int child = 0, node = SYMBOLS; node < NODES; child += 2, node++) {
      int frequency = frequencies[child] + frequencies[child + 1];
      int to = node;
      while (frequency < frequencies[to - 1]) {
        to--;
      }
      System.arraycopy(frequencies, to, frequencies, to + 1, node - to);
      System.arraycopy(children, to, children, to + 1, node - to);
      frequencies[to] = frequency;
      children[to] = child;
    }
    for (int node = 0; node < NODES; node++) {
      adopt(node);
    }
  }

  private int bit() throws IOException {
    if (bitCount == 0) {
      int b = in.read();
      if (b < 0 && ++overrun > 8) {
        throw new TruncatedException("the compressed data is cut off");
      }
      bits = Math.max(b, 0);
      bitCount = 8;
    }
    bitCount--;
    return bits >> bitCount & 1;
  }
}
