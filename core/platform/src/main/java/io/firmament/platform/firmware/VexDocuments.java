package io.firmament.platform.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.FirmwareId;
import io.firmament.base.JsonDocument;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VexStatement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The VEX documents of firmware, and what they say. A document is never taken away; a later one of
/// the same id takes its place.
public final class VexDocuments {
  /// How many documents one firmware may have.
  public static final int MOST = 100;

  private static final JsonType<VexDecisions> DECISIONS = Jsonb.instance().type(VexDecisions.class);

  private final FirmwareStore store;
  private final ObjectStore documents;

  public VexDocuments(FirmwareStore store, ObjectStore documents) {
    this.store = store;
    this.documents = documents;
  }

  public Page<VexImport> list(TenantId tenant, FirmwareId firmware, PageRequest page) {
    return store.vexImports(tenant, firmware, page);
  }

  /// All documents of the firmware, the oldest first by the time of their import.
  public List<VexImport> all(TenantId tenant, FirmwareId firmware) {
    List<VexImport> all = new ArrayList<>();
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    Page<VexImport> page = list(tenant, firmware, request);
    all.addAll(page.items());
    while (page.next().isPresent()) {
      page = list(tenant, firmware, new PageRequest(PageRequest.MAX_LIMIT, page.next()));
      all.addAll(page.items());
    }
    all.sort(
        java.util.Comparator.comparing(VexImport::importedAt).thenComparing(VexImport::document));
    return all;
  }

  /// What the documents say of the firmware's matches, by the ids of the matches.
  public Map<String, VexDecisions.Said> said(TenantId tenant, FirmwareId firmware) {
    List<VexDecisions> all = new ArrayList<>();
    for (VexImport each : all(tenant, firmware)) {
      all.add(read(tenant, firmware, each.sha256()));
    }
    return VexDecisions.resolve(all);
  }

  /// The statements of [#said].
  public Map<String, VexStatement> statements(TenantId tenant, FirmwareId firmware) {
    return said(tenant, firmware).entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                Map.Entry::getKey, each -> each.getValue().decision().statement()));
  }

  /// A document as it came.
  public byte[] original(TenantId tenant, FirmwareId firmware, VexImport document) {
    String key = ObjectKeys.vexOriginal(tenant, firmware, document.sha256());
    try (InputStream in =
        documents.read(key).orElseThrow(() -> new IllegalStateException("missing: " + key))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Notes what a document that is there says of the matches that there are by now. One that a
  /// later version has replaced meanwhile stays replaced.
  public void resolved(
      TenantId tenant, FirmwareId firmware, VexImport known, int applied, VexDecisions decisions) {
    if (!read(tenant, firmware, known.sha256()).equals(decisions)) {
      write(tenant, firmware, known.sha256(), decisions);
    }
    if (known.applied() != applied) {
      store.putVex(tenant, firmware, known.withApplied(applied));
    }
  }

  private VexDecisions read(TenantId tenant, FirmwareId firmware, Sha256 sha256) {
    String key = ObjectKeys.vexDecisions(tenant, firmware, sha256);
    try (InputStream in =
        documents.read(key).orElseThrow(() -> new IllegalStateException("missing: " + key))) {
      return JsonDocument.read(DECISIONS, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is known of a document from its first import, where it has the same bytes.
  public Optional<VexImport> known(
      TenantId tenant, FirmwareId firmware, String document, Sha256 sha256) {
    return store.findVex(tenant, firmware, document).filter(known -> known.sha256().equals(sha256));
  }

  /// Stores a document. The same one again changes only what is said of matches, where that is not
  /// what it was: matches may have come and gone since.
  ///
  /// @return what is known of it; who imported it and when, from its first import
  public VexImport add(
      TenantId tenant,
      FirmwareId firmware,
      VexImport what,
      VexDecisions decisions,
      byte[] original) {
    Optional<VexImport> known = known(tenant, firmware, what.document(), what.sha256());
    if (known.isPresent()) {
      return again(tenant, firmware, known.get(), what.applied(), decisions);
    }
    if (store.findVex(tenant, firmware, what.document()).isEmpty()
        && list(tenant, firmware, new PageRequest(MOST, Optional.empty())).items().size() == MOST) {
      throw FirmwareProblem.VEX_DOCUMENTS_FULL.with("limit", MOST);
    }
    documents.write(
        ObjectKeys.vexOriginal(tenant, firmware, what.sha256()), "application/json", original);
    write(tenant, firmware, what.sha256(), decisions);
    return put(tenant, firmware, what);
  }

  private VexImport again(
      TenantId tenant, FirmwareId firmware, VexImport known, int applied, VexDecisions decisions) {
    if (!read(tenant, firmware, known.sha256()).equals(decisions)) {
      write(tenant, firmware, known.sha256(), decisions);
    }
    return known.applied() == applied ? known : put(tenant, firmware, known.withApplied(applied));
  }

  private VexImport put(TenantId tenant, FirmwareId firmware, VexImport what) {
    if (!store.putVex(tenant, firmware, what)) {
      throw FirmwareProblem.VEX_OUTDATED.with(
          "document", what.document(), "issued", what.issuedAt());
    }
    return what;
  }

  private void write(TenantId tenant, FirmwareId firmware, Sha256 sha256, VexDecisions decisions) {
    documents.write(
        ObjectKeys.vexDecisions(tenant, firmware, sha256),
        "application/json",
        DECISIONS.toJson(decisions).getBytes(StandardCharsets.UTF_8));
  }
}
