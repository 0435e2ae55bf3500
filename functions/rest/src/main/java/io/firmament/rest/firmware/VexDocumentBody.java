package io.firmament.rest.firmware;

import io.avaje.jsonb.Json;
import io.firmament.platform.firmware.VexImport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A VEX document as it is answered.
///
/// @param applied how many of its statements are of vulnerabilities that were found
@Json(naming = Json.Naming.LowerUnderscore)
record VexDocumentBody(
    String document,
    String format,
    String author,
    String issuedAt,
    String sha256,
    int statements,
    int applied,
    String importedAt,
    String importedBy) {

  /// A page of documents.
  ///
  /// @param next absent on the last page
  @Json
  record Page(List<VexDocumentBody> items, int limit, @Nullable String next) {}

  static VexDocumentBody of(VexImport vex) {
    return new VexDocumentBody(
        vex.document(),
        vex.format(),
        vex.author(),
        vex.issuedAt().toString(),
        vex.sha256().hex(),
        vex.statements(),
        vex.applied(),
        vex.importedAt().toString(),
        vex.importedBy().toString());
  }
}
