package io.firmament.platform.firmware;

import io.firmament.base.Sha256;
import io.firmament.base.UserId;
import java.time.Instant;

/// A VEX document that was given for a firmware.
///
/// @param document its own id
/// @param format `openvex`, `csaf` or `cyclonedx`
/// @param author who says it; empty where the document does not say
/// @param issuedAt when it was last changed
/// @param sha256 of its bytes
/// @param statements how many it makes
/// @param applied how many of them are of matches of the firmware
public record VexImport(
    String document,
    String format,
    String author,
    Instant issuedAt,
    Sha256 sha256,
    int statements,
    int applied,
    Instant importedAt,
    UserId importedBy) {

  VexImport withApplied(int count) {
    return new VexImport(
        document, format, author, issuedAt, sha256, statements, count, importedAt, importedBy);
  }
}
