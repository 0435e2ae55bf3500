package io.firmament.stages;

import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.sbom.InventorySbom;
import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.analysis.sbom.SbomTool;
import io.firmament.analysis.vex.VexDocument;
import io.firmament.analysis.vex.VexMatching;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VexSource;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.firmware.VexImport;
import java.util.List;
import java.util.Optional;

/// Applies the VEX documents that were given for a firmware to matches that were made anew: what
/// they say holds for those that have come since, too.
final class StoredVex {
  private static final Log LOG = Log.of(StoredVex.class);

  /// Names nothing that a statement could be about.
  private static final SbomTool TOOL = new SbomTool("Firmament", "Firmament", "");

  private final FirmwareStore store;
  private final VexDocuments vex;

  StoredVex(FirmwareStore store, ObjectStore documents) {
    this.store = store;
    this.vex = new VexDocuments(store, documents);
  }

  /// What documents say of matches.
  VexDocuments documents() {
    return vex;
  }

  /// @param image the digest of the image that was analysed
  /// @param matches those that count now
  void resolve(Firmware firmware, Sha256 image, InventoryReport inventory, List<CveMatch> matches) {
    List<VexImport> all = vex.all(firmware.tenant(), firmware.id());
    if (all.isEmpty()) {
      return;
    }
    VexMatching matching = new VexMatching(document(firmware, image, inventory, matches));
    for (VexImport known : all) {
      switch (VexDocument.parse(vex.original(firmware.tenant(), firmware.id(), known))) {
        case VexDocument.Read(VexDocument document) -> {
          VexMatching.Applied applied = matching.apply(document, known.importedAt());
          vex.resolved(
              firmware.tenant(),
              firmware.id(),
              known,
              applied.applied(),
              new VexDecisions(source(known), applied.decisions()));
        }
        case VexDocument.Refused refused ->
            LOG.warn("vex_unreadable", "document", known.document(), "detail", refused.errors());
      }
    }
  }

  private static VexSource source(VexImport known) {
    return new VexSource(
        known.document(),
        known.format(),
        known.author(),
        known.issuedAt().toString(),
        known.sha256().hex());
  }

  private SbomDocument document(
      Firmware firmware, Sha256 image, InventoryReport inventory, List<CveMatch> matches) {
    Optional<Product> product = store.findProduct(firmware.tenant(), firmware.product());
    SbomSubject subject =
        new SbomSubject(
            product.map(Product::name).orElse(firmware.name()),
            firmware.version().orElse(null),
            product.map(Product::vendor).orElse(null),
            image,
            null);
    return new InventorySbom(subject, inventory, true)
        .document(matches, TOOL, firmware.uploadedAt());
  }
}
