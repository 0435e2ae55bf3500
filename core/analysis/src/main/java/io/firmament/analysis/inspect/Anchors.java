package io.firmament.analysis.inspect;

import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.scan.ByteAutomaton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the anchors of all rules in one pass over a content.
final class Anchors {
  private static final int PIECE = 1 << 20;
  private static final int MOST_PLACES = 1_000;

  private final List<String> literals;
  private final ByteAutomaton automaton;

  /// An anchor is a text of characters up to U+00FF, one byte each.
  Anchors(List<Rule> rules) {
    this.literals =
        rules.stream().flatMap(rule -> rule.anchors().stream()).distinct().sorted().toList();
    this.automaton =
        ByteAutomaton.of(
            literals.stream().map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList());
  }

  /// Where each anchor starts; anchors that are not there are no keys.
  Map<String, List<Long>> find(Blob blob) {
    Map<String, List<Long>> found = new HashMap<>();
    byte[] piece = new byte[(int) Math.min(PIECE, blob.content().size())];
    int state = 0;
    long offset = 0;
    int count = blob.content().read(0, piece, 0, piece.length);
    while (count > 0) {
      state =
          automaton.scan(
              state,
              piece,
              count,
              offset,
              (literal, end) -> {
                String text = literals.get(literal);
                List<Long> places = found.computeIfAbsent(text, _ -> new ArrayList<>());
                if (places.size() < MOST_PLACES) {
                  places.add(end - text.length());
                }
              });
      offset += count;
      count = blob.content().read(offset, piece, 0, piece.length);
    }
    return found;
  }
}
