package io.firmament.analysis.vex;

import io.firmament.base.finding.VexStatement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads CSAF 2.0 of the profile VEX, and holds it to the rules that its meaning depends on: ids of
/// products are defined once (6.1.1, 6.1.2), a product has one status in a vulnerability (6.1.6),
/// and what the profile wants to be said of a status is said (4.5).
final class CsafReader {
  private static final Map<String, VexStatus> GROUPS =
      Map.of(
          "fixed", VexStatus.FIXED,
          "first_fixed", VexStatus.FIXED,
          "known_affected", VexStatus.AFFECTED,
          "first_affected", VexStatus.AFFECTED,
          "last_affected", VexStatus.AFFECTED,
          "known_not_affected", VexStatus.NOT_AFFECTED,
          "under_investigation", VexStatus.UNDER_INVESTIGATION);

  private final Node root;
  private final Claims claims = new Claims();
  private final Map<String, VexTarget> products = new LinkedHashMap<>();
  private final Map<String, List<String>> groups = new HashMap<>();

  CsafReader(Node root) {
    this.root = root;
  }

  VexDocument.Outcome read() throws Node.WrongException {
    Node document = root.at("document");
    require(document.at("csaf_version"), "2.0");
    require(document.at("category"), "csaf_vex");
    Node tracking = document.at("tracking").object();
    String id = tracking.at("id").text();
    if (tracking.at("status").text().equals("draft")) {
      throw tracking.at("status").wrong("is draft, which says nothing that counts");
    }
    String author = document.at("publisher").at("name").text();
    String namespace = document.at("publisher").at("namespace").text();
    Instant issued =
        Claims.required(
            tracking.at("current_release_date").time(), tracking.at("current_release_date"));
    Node tree = root.at("product_tree").object();
    for (Node each : tree.at("full_product_names").items()) {
      product(each);
    }
    branches(tree.at("branches"));
    for (Node each : tree.at("relationships").items()) {
      relationship(each);
    }
    for (Node each : tree.at("product_groups").items()) {
      groups.put(each.at("group_id").text(), each.at("product_ids").texts());
    }
    List<Node> vulnerabilities = root.at("vulnerabilities").items();
    if (vulnerabilities.isEmpty()) {
      throw root.at("vulnerabilities").wrong("is missing, or empty");
    }
    claims.each(vulnerabilities, each -> vulnerability(each.object(), issued));
    return claims.outcome(VexFormat.CSAF, namespace + " " + id, author, issued);
  }

  private static void require(Node node, String wanted) throws Node.WrongException {
    String text = node.text();
    if (!text.equals(wanted)) {
      throw node.wrong("is " + text + "; " + wanted + " can be read");
    }
  }

  private void branches(Node list) throws Node.WrongException {
    for (Node branch : list.items()) {
      if (!branch.at("product").isMissing()) {
        product(branch.at("product"));
      }
      branches(branch.at("branches"));
    }
  }

  private void product(Node node) throws Node.WrongException {
    define(node, new VexTarget(name(node), List.of()));
  }

  private void define(Node node, VexTarget target) throws Node.WrongException {
    String id = node.at("product_id").text();
    if (products.putIfAbsent(id, target) != null) {
      throw node.at("product_id").wrong("is defined twice: " + id);
    }
  }

  /// A component of a product; other relationships say what something runs on, which is more than
  /// an image tells.
  private void relationship(Node node) throws Node.WrongException {
    VexTarget component = target(node.at("product_reference"));
    VexTarget whole = target(node.at("relates_to_product_reference"));
    List<VexName> components = new ArrayList<>(component.components());
    VexName inner = component.product();
    if (components.isEmpty() && inner != null) {
      components.add(inner);
    }
    define(node.at("full_product_name").object(), new VexTarget(whole.product(), components));
  }

  private VexTarget target(Node reference) throws Node.WrongException {
    String id = reference.text();
    VexTarget target = products.get(id);
    if (target == null) {
      throw reference.wrong("no product has the id " + id);
    }
    return target;
  }

  private void vulnerability(Node node, Instant issued) throws Node.WrongException {
    List<String> ids = new ArrayList<>(node.at("cve").find().stream().toList());
    for (Node each : node.at("ids").items()) {
      ids.add(each.at("text").text());
    }
    if (ids.isEmpty()) {
      throw node.wrong("has neither a cve nor ids");
    }
    Map<String, VexStatus> statuses = statuses(node.at("product_status").object());
    Map<String, String> labels = labels(node.at("flags"));
    Map<String, List<Node>> threats = byProduct(node.at("threats"));
    Map<String, List<Node>> remediations = byProduct(node.at("remediations"));
    for (Map.Entry<String, VexStatus> each : statuses.entrySet()) {
      String product = each.getKey();
      List<String> words = new ArrayList<>();
      VexStatement.@Nullable Justification why = null;
      List<VexStatement.Response> responses = new ArrayList<>();
      if (each.getValue() == VexStatus.NOT_AFFECTED) {
        for (Node threat : threats.getOrDefault(product, List.of())) {
          if ("impact".equals(threat.at("category").value())) {
            words.add(threat.at("details").text());
          }
        }
        why = justification(node, labels.get(product));
        if (why == null && words.isEmpty()) {
          throw node.wrong("neither flags nor threats say why " + product + " is not affected");
        }
      }
      if (each.getValue() == VexStatus.AFFECTED) {
        for (Node remediation : remediations.getOrDefault(product, List.of())) {
          words.add(remediation.at("details").text());
          response(remediation.at("category").text()).ifPresent(responses::add);
        }
        if (words.isEmpty()) {
          throw node.wrong("remediations do not say what is done about " + product);
        }
      }
      claims.add(
          new VexClaim(
              node.pointer(),
              ids,
              List.of(target(new Node(node.pointer() + "/product_status", product))),
              new VexStatement(
                  each.getValue().state(),
                  why,
                  responses.stream().distinct().toList(),
                  String.join(" ", words)),
              issued));
    }
  }

  private static VexStatement.@Nullable Justification justification(
      Node node, @Nullable String label) throws Node.WrongException {
    if (label == null) {
      return null;
    }
    Optional<VexStatement.Justification> known = Justifications.of(label);
    return known.orElseThrow(() -> node.at("flags").wrong("is no label: " + label));
  }

  private static Optional<VexStatement.Response> response(String category) {
    return switch (category.toLowerCase(Locale.ROOT)) {
      case "vendor_fix" -> Optional.of(VexStatement.Response.UPDATE);
      case "workaround", "mitigation" -> Optional.of(VexStatement.Response.WORKAROUND_AVAILABLE);
      case "no_fix_planned" -> Optional.of(VexStatement.Response.WILL_NOT_FIX);
      default -> Optional.empty();
    };
  }

  private Map<String, VexStatus> statuses(Node node) throws Node.WrongException {
    Map<String, VexStatus> statuses = new TreeMap<>();
    for (Map.Entry<String, VexStatus> group : new TreeMap<>(GROUPS).entrySet()) {
      for (Node item : node.at(group.getKey()).items()) {
        target(item);
        VexStatus known = statuses.putIfAbsent(item.text(), group.getValue());
        if (known != null && known != group.getValue()) {
          throw item.wrong(item.text() + " has another status besides");
        }
      }
    }
    if (statuses.isEmpty()) {
      throw node.wrong("says nothing of any product");
    }
    return statuses;
  }

  private Map<String, String> labels(Node flags) throws Node.WrongException {
    Map<String, String> labels = new HashMap<>();
    for (Map.Entry<String, List<Node>> each : byProduct(flags).entrySet()) {
      if (each.getValue().size() > 1) {
        throw flags.wrong("several flags are of " + each.getKey());
      }
      labels.put(each.getKey(), each.getValue().getFirst().at("label").text());
    }
    return labels;
  }

  /// The elements by the products that they name, by themselves or in a group.
  private Map<String, List<Node>> byProduct(Node list) throws Node.WrongException {
    Map<String, List<Node>> byProduct = new HashMap<>();
    for (Node item : list.items()) {
      List<String> named = new ArrayList<>(item.at("product_ids").texts());
      for (Node group : item.at("group_ids").items()) {
        List<String> members = groups.get(group.text());
        if (members == null) {
          throw group.wrong("no group has the id " + group.text());
        }
        named.addAll(members);
      }
      named.stream()
          .distinct()
          .forEach(id -> byProduct.computeIfAbsent(id, _ -> new ArrayList<>()).add(item));
    }
    return byProduct;
  }

  private static VexName name(Node product) throws Node.WrongException {
    Node helper = product.at("product_identification_helper");
    List<String> hashes = new ArrayList<>();
    for (Node file : helper.at("hashes").items()) {
      for (Node hash : file.at("file_hashes").items()) {
        String algorithm = hash.at("algorithm").text();
        if (algorithm.equals("sha256") || algorithm.equals("sha512")) {
          hashes.add(hash.at("value").text().toLowerCase(Locale.ROOT));
        }
      }
    }
    List<String> ids = new ArrayList<>();
    for (String url : helper.at("sbom_urls").texts()) {
      if (url.startsWith("urn:cdx:") && url.indexOf('#') >= 0) {
        ids.add(url.substring(url.indexOf('#') + 1));
      }
    }
    return new VexName(
        ids,
        helper.at("purl").find().stream().toList(),
        helper.at("cpe").find().stream().toList(),
        hashes);
  }
}
