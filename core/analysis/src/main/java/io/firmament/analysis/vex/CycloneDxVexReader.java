package io.firmament.analysis.vex;

import io.firmament.analysis.sbom.SbomSchemas;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the vulnerabilities of CycloneDX 1.4 to 1.7 that have an analysis, after the document was
/// validated against the schema of its version.
final class CycloneDxVexReader {
  private static final Set<String> VERSIONS = Set.of("1.4", "1.5", "1.6", "1.7");

  private final Node root;
  private final byte[] bytes;
  private final Map<String, VexName> components = new HashMap<>();
  private final Claims claims = new Claims();

  CycloneDxVexReader(Node root, byte[] bytes) {
    this.root = root;
    this.bytes = bytes;
  }

  VexDocument.Outcome read() throws Node.WrongException {
    String version = root.at("specVersion").text();
    if (!VERSIONS.contains(version)) {
      throw root.at("specVersion").wrong("is " + version + "; 1.4 to 1.7 can be read");
    }
    try {
      List<String> errors = SbomSchemas.errors(bytes, version, true);
      if (!errors.isEmpty()) {
        return new VexDocument.Refused(errors);
      }
    } catch (IOException e) {
      throw root.wrong("cannot be validated: " + e.getMessage());
    }
    Node subject = root.at("metadata").at("component");
    @Nullable VexName product = subject.isMissing() ? null : name(subject);
    String own = subject.at("bom-ref").find().orElse("");
    gather(root.at("components"));
    Optional<Instant> issued = root.at("metadata").at("timestamp").time();
    Instant newest = Instant.MIN;
    List<Node> vulnerabilities = root.at("vulnerabilities").items();
    for (Node each : vulnerabilities) {
      Instant at = time(each, issued).orElse(Instant.MIN);
      newest = at.isAfter(newest) ? at : newest;
    }
    if (issued.isEmpty() && newest.equals(Instant.MIN)) {
      throw root.at("metadata").at("timestamp").wrong("is missing, and so is every other time");
    }
    claims.each(vulnerabilities, each -> vulnerability(each, product, own, issued));
    String id = root.at("serialNumber").find().orElse(VexDocument.idOf(bytes));
    return claims.outcome(VexFormat.CYCLONEDX, id, author(), issued.orElse(newest));
  }

  private String author() throws Node.WrongException {
    Node metadata = root.at("metadata");
    for (Node each : metadata.at("authors").items()) {
      if (each.at("name").find().isPresent()) {
        return each.at("name").text();
      }
    }
    for (Node each :
        List.of(
            metadata.at("supplier"),
            metadata.at("manufacturer"),
            metadata.at("component").at("supplier"))) {
      if (each.at("name").find().isPresent()) {
        return each.at("name").text();
      }
    }
    return "";
  }

  private void gather(Node list) throws Node.WrongException {
    for (Node component : list.items()) {
      Optional<String> reference = component.at("bom-ref").find();
      if (reference.isPresent()) {
        components.put(reference.get(), name(component));
      }
      gather(component.at("components"));
    }
  }

  private static Optional<Instant> time(Node vulnerability, Optional<Instant> otherwise)
      throws Node.WrongException {
    Node analysis = vulnerability.at("analysis");
    for (Node each :
        List.of(
            analysis.at("lastUpdated"),
            analysis.at("firstIssued"),
            vulnerability.at("updated"),
            vulnerability.at("published"))) {
      Optional<Instant> time = each.time();
      if (time.isPresent() && !analysis.isMissing()) {
        return time;
      }
    }
    return otherwise;
  }

  private void vulnerability(
      Node node, @Nullable VexName product, String own, Optional<Instant> issued)
      throws Node.WrongException {
    Node analysis = node.at("analysis");
    Optional<String> state = analysis.at("state").find();
    if (state.isEmpty()) {
      return;
    }
    List<String> ids = new ArrayList<>(List.of(node.at("id").text()));
    for (Node reference : node.at("references").items()) {
      reference.at("id").find().ifPresent(ids::add);
    }
    List<VexTarget> targets = new ArrayList<>();
    for (Node affected : node.at("affects").items()) {
      String reference = reference(affected.at("ref").text());
      targets.add(
          reference.equals(own)
              ? new VexTarget(product, List.of())
              : new VexTarget(
                  product,
                  List.of(
                      components.getOrDefault(
                          reference,
                          new VexName(List.of(reference), List.of(), List.of(), List.of())))));
    }
    if (targets.isEmpty()) {
      targets.add(new VexTarget(product, List.of()));
    }
    Optional<String> why = analysis.at("justification").find();
    List<VexStatement.Response> responses = new ArrayList<>();
    for (String response : analysis.at("response").texts()) {
      responses.add(VexStatement.Response.valueOf(response.toUpperCase(Locale.ROOT)));
    }
    VexStatement statement =
        new VexStatement(
            VexStatement.State.valueOf(state.get().toUpperCase(Locale.ROOT)),
            why.map(w -> VexStatement.Justification.valueOf(w.toUpperCase(Locale.ROOT)))
                .orElse(null),
            responses,
            analysis.at("detail").find().orElse(""));
    Instant at = Claims.required(time(node, issued), analysis.at("lastUpdated"));
    claims.add(new VexClaim(node.pointer(), ids, targets, statement, at));
  }

  /// The reference within its document: of a BOM-Link the part after the `#`.
  private static String reference(String text) {
    int hash = text.indexOf('#');
    return text.startsWith("urn:cdx:") && hash >= 0
        ? URLDecoder.decode(text.substring(hash + 1).replace("+", "%2B"), StandardCharsets.UTF_8)
        : text;
  }

  private static VexName name(Node component) throws Node.WrongException {
    List<String> hashes = new ArrayList<>();
    for (Node hash : component.at("hashes").items()) {
      String algorithm = hash.at("alg").find().orElse("");
      if (algorithm.equals("SHA-256") || algorithm.equals("SHA-512")) {
        hash.at("content").find().ifPresent(h -> hashes.add(h.toLowerCase(Locale.ROOT)));
      }
    }
    return new VexName(
        component.at("bom-ref").find().stream().toList(),
        component.at("purl").find().stream().toList(),
        component.at("cpe").find().stream().toList(),
        hashes);
  }
}
