package io.firmament.analysis.scan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// An Aho-Corasick automaton over bytes: finds all of many literals in one pass.
///
/// Immutable and shared; a scan keeps its state between pieces, so that a literal across a border
/// is found.
public final class ByteAutomaton {
  private final int[] next;
  private final int[][] outputs;

  private ByteAutomaton(int[] next, int[][] outputs) {
    this.next = next;
    this.outputs = outputs;
  }

  /// Hears of a hit: which literal, and where the byte after it is.
  @FunctionalInterface
  public interface Hit {
    void found(int literal, long end);
  }

  public static ByteAutomaton of(List<byte[]> literals) {
    int states = 1 + literals.stream().mapToInt(literal -> literal.length).sum();
    int[] next = new int[states * 256];
    List<List<Integer>> outputs = new ArrayList<>();
    outputs.add(new ArrayList<>());
    for (int i = 0; i < literals.size(); i++) {
      int state = 0;
      for (byte b : literals.get(i)) {
        int slot = state * 256 + (b & 0xff);
        if (next[slot] == 0) {
          next[slot] = outputs.size();
          outputs.add(new ArrayList<>());
        }
        state = next[slot];
      }
      outputs.get(state).add(i);
    }
    link(next, outputs);
    int[][] flat = new int[outputs.size()][];
    for (int state = 0; state < flat.length; state++) {
      flat[state] = outputs.get(state).stream().mapToInt(Integer::intValue).toArray();
    }
    return new ByteAutomaton(Arrays.copyOf(next, outputs.size() * 256), flat);
  }

  /// Fills the failure transitions in, breadth first, so that the scan never looks back.
  private static void link(int[] next, List<List<Integer>> outputs) {
    int[] fail = new int[outputs.size()];
    Deque<Integer> queue = new ArrayDeque<>();
    for (int b = 0; b < 256; b++) {
      if (next[b] != 0) {
        queue.add(next[b]);
      }
    }
    while (!queue.isEmpty()) {
      int state = queue.remove();
      outputs.get(state).addAll(outputs.get(fail[state]));
      for (int b = 0; b < 256; b++) {
        int child = next[state * 256 + b];
        int otherwise = next[fail[state] * 256 + b];
        if (child == 0) {
          next[state * 256 + b] = otherwise;
        } else {
          fail[child] = otherwise;
          queue.add(child);
        }
      }
    }
  }

  /// Goes on from a state over a piece that starts at `offset`; returns the state after it.
  public int scan(int from, byte[] bytes, int length, long offset, Hit hit) {
    int state = from;
    for (int i = 0; i < length; i++) {
      state = next[state * 256 + (bytes[i] & 0xff)];
      int[] found = outputs[state];
      if (found.length > 0) {
        for (int literal : found) {
          hit.found(literal, offset + i + 1);
        }
      }
    }
    return state;
  }
}
