package io.firmament.analysis.vex;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The claims of a document under way, and what is wrong with it.
final class Claims {
  /// Reads one element.
  interface Reading {
    /// Adds claims, or throws for what is wrong.
    void read(Node node) throws Node.WrongException;
  }

  private final List<VexClaim> claims = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();

  void add(VexClaim claim) {
    claims.add(claim);
  }

  /// Reads all elements, those after a wrong one too.
  void each(List<Node> nodes, Reading reading) {
    for (Node node : nodes) {
      try {
        reading.read(node);
      } catch (Node.WrongException e) {
        errors.add(e.text());
      }
    }
  }

  VexDocument.Outcome outcome(VexFormat format, String id, String author, Instant issuedAt) {
    return errors.isEmpty()
        ? new VexDocument.Read(new VexDocument(format, id, author, issuedAt, claims))
        : new VexDocument.Refused(errors);
  }

  static Instant required(Optional<Instant> time, Node where) throws Node.WrongException {
    return time.orElseThrow(() -> where.wrong("is missing"));
  }
}
