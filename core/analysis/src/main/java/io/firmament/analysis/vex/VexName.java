package io.firmament.analysis.vex;

import java.util.List;

/// How a document names a product or a component; each list may be empty.
///
/// @param ids of ours, or of the document's own SBOM
/// @param hashes SHA-256 and SHA-512 in lower-case hex
record VexName(List<String> ids, List<String> purls, List<String> cpes, List<String> hashes) {
  VexName {
    ids = List.copyOf(ids);
    purls = List.copyOf(purls);
    cpes = List.copyOf(cpes);
    hashes = List.copyOf(hashes);
  }

  /// Whether something outside of the document can be told by it.
  boolean isTelling() {
    return !purls.isEmpty() || !cpes.isEmpty() || !hashes.isEmpty();
  }
}
