package io.firmament.analysis.vex;

import com.fasterxml.jackson.core.JsonGenerator;
import io.firmament.analysis.sbom.Identifiers;
import io.firmament.analysis.sbom.SbomHashes;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Writes CSAF 2.0 of the profile VEX (section 4.5): the image and the components that have matches
/// are products, each component of the image is a product by a relationship, and every status is of
/// such a one.
final class CsafWriter {
  private static final Pattern CVE = Pattern.compile("CVE-[0-9]{4}-[0-9]{4,}");
  private static final String IMAGE = "FIRMWARE";

  private final VexReport report;
  private final JsonGenerator json;
  private final Map<String, Component> components = new TreeMap<>();
  private final Map<String, List<CveMatch>> byVulnerability = new TreeMap<>();

  CsafWriter(VexReport report, JsonGenerator json) {
    this.report = report;
    this.json = json;
    for (CveMatch match : report.document().matches()) {
      byVulnerability.computeIfAbsent(match.cve(), _ -> new ArrayList<>()).add(match);
    }
    Map<String, Component> all = new TreeMap<>();
    report.document().components().forEach(each -> all.put(each.id(), each));
    for (CveMatch match : report.document().matches()) {
      Component component = all.get(match.componentId());
      if (component != null) {
        components.put(component.id(), component);
      }
    }
    byVulnerability
        .values()
        .forEach(matches -> matches.sort(Comparator.comparing(CveMatch::componentId)));
  }

  void write() throws IOException {
    json.writeStartObject();
    document();
    products();
    json.writeArrayFieldStart("vulnerabilities");
    for (Map.Entry<String, List<CveMatch>> each : byVulnerability.entrySet()) {
      vulnerability(each.getKey(), each.getValue());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void document() throws IOException {
    json.writeObjectFieldStart("document");
    json.writeStringField("category", "csaf_vex");
    json.writeStringField("csaf_version", "2.0");
    json.writeStringField("title", "Vulnerabilities of " + name(report.document().subject()));
    json.writeStringField("lang", "en");
    json.writeObjectFieldStart("publisher");
    json.writeStringField("category", "vendor");
    json.writeStringField("name", report.publisher());
    json.writeStringField("namespace", report.namespace());
    json.writeEndObject();
    tracking();
    json.writeEndObject();
  }

  private void tracking() throws IOException {
    json.writeObjectFieldStart("tracking");
    json.writeStringField("id", "vex-" + report.document().serial());
    json.writeStringField("status", "final");
    json.writeStringField("version", String.valueOf(report.revisions().size()));
    json.writeStringField("initial_release_date", report.firstIssued().toString());
    json.writeStringField("current_release_date", report.lastUpdated().toString());
    json.writeArrayFieldStart("revision_history");
    int number = 0;
    for (VexReport.Revision revision : report.revisions()) {
      json.writeStartObject();
      json.writeStringField("date", revision.at().toString());
      json.writeStringField("number", String.valueOf(++number));
      json.writeStringField("summary", revision.summary());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("generator");
    json.writeObjectFieldStart("engine");
    json.writeStringField("name", report.document().tool().name());
    json.writeStringField("version", report.document().tool().version());
    json.writeEndObject();
    json.writeStringField("date", report.lastUpdated().toString());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void products() throws IOException {
    SbomSubject subject = report.document().subject();
    json.writeObjectFieldStart("product_tree");
    json.writeArrayFieldStart("full_product_names");
    json.writeStartObject();
    json.writeStringField("product_id", IMAGE);
    json.writeStringField("name", name(subject));
    json.writeObjectFieldStart("product_identification_helper");
    hashes("firmware image", new SbomHashes(subject.sha256(), null));
    json.writeStringField("purl", Identifiers.purl(subject));
    json.writeEndObject();
    json.writeEndObject();
    for (Component component : components.values()) {
      product(component);
    }
    json.writeEndArray();
    if (!components.isEmpty()) {
      json.writeArrayFieldStart("relationships");
      for (Component component : components.values()) {
        json.writeStartObject();
        json.writeStringField("category", "default_component_of");
        json.writeStringField("product_reference", component.id());
        json.writeStringField("relates_to_product_reference", IMAGE);
        json.writeObjectFieldStart("full_product_name");
        json.writeStringField("product_id", within(component.id()));
        json.writeStringField("name", name(component) + " in " + name(subject));
        json.writeEndObject();
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void product(Component component) throws IOException {
    json.writeStartObject();
    json.writeStringField("product_id", component.id());
    json.writeStringField("name", name(component));
    json.writeObjectFieldStart("product_identification_helper");
    String cpe = Identifiers.cpe(component).orElse(null);
    if (cpe != null) {
      json.writeStringField("cpe", cpe);
    }
    SbomHashes hashes = report.document().hashes().get(component.id());
    if (hashes != null) {
      hashes(component.paths().isEmpty() ? component.name() : component.paths().getFirst(), hashes);
    }
    String purl = Identifiers.purl(component).orElse(null);
    if (purl != null) {
      json.writeStringField("purl", purl);
    }
    json.writeArrayFieldStart("sbom_urls");
    json.writeString("urn:cdx:" + report.document().serial() + "/1#" + fragment(component.id()));
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndObject();
  }

  private void hashes(String file, SbomHashes hashes) throws IOException {
    json.writeArrayFieldStart("hashes");
    json.writeStartObject();
    json.writeArrayFieldStart("file_hashes");
    hash("sha256", hashes.sha256().hex());
    hash("sha512", hashes.sha512());
    json.writeEndArray();
    json.writeStringField("filename", file);
    json.writeEndObject();
    json.writeEndArray();
  }

  private void hash(String algorithm, @Nullable String value) throws IOException {
    if (value != null) {
      json.writeStartObject();
      json.writeStringField("algorithm", algorithm);
      json.writeStringField("value", value);
      json.writeEndObject();
    }
  }

  private void vulnerability(String id, List<CveMatch> matches) throws IOException {
    json.writeStartObject();
    if (CVE.matcher(id).matches()) {
      json.writeStringField("cve", id);
    } else {
      json.writeArrayFieldStart("ids");
      json.writeStartObject();
      json.writeStringField("system_name", id.replaceFirst("-.*", ""));
      json.writeStringField("text", id);
      json.writeEndObject();
      json.writeEndArray();
    }
    json.writeArrayFieldStart("notes");
    json.writeStartObject();
    json.writeStringField("category", "description");
    String description = matches.getFirst().description();
    json.writeStringField("text", description.isBlank() ? "No description." : description);
    json.writeEndObject();
    json.writeEndArray();
    Map<VexStatus, List<CveMatch>> byStatus = new TreeMap<>();
    for (CveMatch match : matches) {
      VexStatus status = VexStatus.of(report.statement(match).state());
      byStatus.computeIfAbsent(status, _ -> new ArrayList<>()).add(match);
    }
    json.writeObjectFieldStart("product_status");
    for (Map.Entry<VexStatus, List<CveMatch>> each : byStatus.entrySet()) {
      ids(each.getKey().csaf(), each.getValue());
    }
    json.writeEndObject();
    flags(byStatus.getOrDefault(VexStatus.NOT_AFFECTED, List.of()));
    threats(byStatus.getOrDefault(VexStatus.NOT_AFFECTED, List.of()));
    remediations(byStatus.getOrDefault(VexStatus.AFFECTED, List.of()));
    json.writeEndObject();
  }

  private void flags(List<CveMatch> notAffected) throws IOException {
    Map<String, List<CveMatch>> byLabel = new TreeMap<>();
    for (CveMatch match : notAffected) {
      VexStatement.Justification why = report.statement(match).justification();
      if (why != null) {
        byLabel.computeIfAbsent(why.vex(), _ -> new ArrayList<>()).add(match);
      }
    }
    if (byLabel.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("flags");
    for (Map.Entry<String, List<CveMatch>> each : byLabel.entrySet()) {
      json.writeStartObject();
      json.writeStringField("label", each.getKey());
      ids("product_ids", each.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /// What CSAF calls the impact statement.
  private void threats(List<CveMatch> notAffected) throws IOException {
    Map<String, List<CveMatch>> byText = new LinkedHashMap<>();
    for (CveMatch match : notAffected) {
      VexStatement statement = report.statement(match);
      if (statement.justification() == null || !statement.detail().isEmpty()) {
        byText.computeIfAbsent(Wording.impact(statement), _ -> new ArrayList<>()).add(match);
      }
    }
    if (byText.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("threats");
    for (Map.Entry<String, List<CveMatch>> each : byText.entrySet()) {
      json.writeStartObject();
      json.writeStringField("category", "impact");
      json.writeStringField("details", each.getKey());
      ids("product_ids", each.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void remediations(List<CveMatch> affected) throws IOException {
    if (affected.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("remediations");
    for (CveMatch match : affected) {
      VexStatement statement = report.statement(match);
      json.writeStartObject();
      json.writeStringField("category", category(statement.responses()));
      json.writeStringField("details", Wording.action(statement));
      ids("product_ids", List.of(match));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /// The one that helps most.
  private static String category(List<VexStatement.Response> responses) {
    if (responses.contains(VexStatement.Response.UPDATE)) {
      return "vendor_fix";
    }
    if (responses.contains(VexStatement.Response.WORKAROUND_AVAILABLE)) {
      return "workaround";
    }
    if (responses.contains(VexStatement.Response.ROLLBACK)) {
      return "mitigation";
    }
    return responses.isEmpty() ? "none_available" : "no_fix_planned";
  }

  private void ids(String name, List<CveMatch> matches) throws IOException {
    json.writeArrayFieldStart(name);
    for (CveMatch match : matches) {
      boolean known = components.containsKey(match.componentId());
      json.writeString(known ? within(match.componentId()) : IMAGE);
    }
    json.writeEndArray();
  }

  private static String within(String component) {
    return IMAGE + ":" + component;
  }

  private static String fragment(String id) {
    return id.replaceAll("[^A-Za-z0-9._~-]", "_");
  }

  private static String name(SbomSubject subject) {
    return joined(
        subject.vendor() == null ? "" : subject.vendor(),
        subject.name(),
        subject.version() == null ? "" : subject.version());
  }

  private static String name(Component component) {
    return joined(component.name(), component.version() == null ? "" : component.version());
  }

  private static String joined(String... parts) {
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      if (!part.isBlank()) {
        text.append(text.isEmpty() ? "" : " ").append(part);
      }
    }
    return text.isEmpty() ? "unnamed" : text.toString();
  }
}
