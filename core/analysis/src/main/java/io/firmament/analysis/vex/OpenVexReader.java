package io.firmament.analysis.vex;

import io.firmament.base.finding.VexStatement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads OpenVEX 0.2.0. What a statement leaves out it takes from the document.
final class OpenVexReader {
  private final Node root;
  private final Claims claims = new Claims();

  OpenVexReader(Node root) {
    this.root = root;
  }

  VexDocument.Outcome read() throws Node.WrongException {
    String id = root.at("@id").text();
    String author = root.at("author").text();
    Instant issued =
        Claims.required(
            root.at("last_updated").isMissing()
                ? root.at("timestamp").time()
                : root.at("last_updated").time(),
            root.at("timestamp"));
    if (!(root.at("version").value() instanceof Double)) {
      throw root.at("version").wrong("is missing, or no number");
    }
    List<Node> statements = root.at("statements").items();
    if (statements.isEmpty()) {
      throw root.at("statements").wrong("is missing, or empty");
    }
    claims.each(statements, statement -> statement(statement.object(), issued));
    return claims.outcome(VexFormat.OPENVEX, id, author, issued);
  }

  private void statement(Node node, Instant issued) throws Node.WrongException {
    Node vulnerability = node.at("vulnerability").object();
    List<String> ids = new ArrayList<>(List.of(vulnerability.at("name").text()));
    ids.addAll(vulnerability.at("aliases").texts());
    List<VexTarget> targets = new ArrayList<>();
    for (Node product : node.at("products").items()) {
      List<VexName> components = new ArrayList<>();
      for (Node component : product.at("subcomponents").items()) {
        components.add(name(component.object()));
      }
      targets.add(new VexTarget(name(product.object()), components));
    }
    if (targets.isEmpty()) {
      throw node.at("products").wrong("names no product");
    }
    Optional<Instant> updated = node.at("last_updated").time();
    Instant at = updated.isPresent() ? updated.get() : node.at("timestamp").time().orElse(issued);
    claims.add(new VexClaim(node.pointer(), ids, targets, verdict(node), at));
  }

  private static VexStatement verdict(Node node) throws Node.WrongException {
    String text = node.at("status").text();
    VexStatus status =
        Stream.of(VexStatus.values())
            .filter(each -> each.openVex().equals(text))
            .findFirst()
            .orElseThrow(() -> node.at("status").wrong("is no status: " + text));
    VexStatement.@Nullable Justification why = null;
    if (status == VexStatus.NOT_AFFECTED) {
      Optional<String> given = node.at("justification").find();
      if (given.isPresent()) {
        why =
            Justifications.of(given.get())
                .orElseThrow(
                    () -> node.at("justification").wrong("is no justification: " + given.get()));
      } else if (node.at("impact_statement").find().isEmpty()) {
        throw node.wrong("not_affected wants a justification or an impact_statement");
      }
    }
    if (status == VexStatus.AFFECTED && node.at("action_statement").find().isEmpty()) {
      throw node.at("action_statement").wrong("is missing, which affected wants");
    }
    List<String> words = new ArrayList<>();
    for (String field : List.of("impact_statement", "action_statement", "status_notes")) {
      node.at(field).find().ifPresent(words::add);
    }
    return new VexStatement(status.state(), why, List.of(), String.join(" ", words));
  }

  private static VexName name(Node node) throws Node.WrongException {
    List<String> names = new ArrayList<>();
    node.at("@id").find().ifPresent(names::add);
    Node identifiers = node.at("identifiers");
    for (String field : List.of("purl", "cpe22", "cpe23", "@cpe22", "@cpe23")) {
      identifiers.at(field).find().ifPresent(names::add);
    }
    List<String> hashes = new ArrayList<>();
    for (String field : List.of("sha-256", "sha-512")) {
      node.at("hashes").at(field).find().ifPresent(h -> hashes.add(h.toLowerCase(Locale.ROOT)));
    }
    if (names.isEmpty() && hashes.isEmpty()) {
      throw node.wrong("has neither an @id nor identifiers nor hashes");
    }
    return new VexName(
        names.stream()
            .filter(each -> each.startsWith(OpenVexWriter.COMPONENT))
            .map(each -> each.substring(OpenVexWriter.COMPONENT.length()))
            .toList(),
        names.stream().filter(each -> each.startsWith("pkg:")).toList(),
        names.stream().filter(each -> each.startsWith("cpe:")).toList(),
        hashes);
  }
}
