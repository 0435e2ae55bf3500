package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A security issue of the image itself.
///
/// @param id stable over runs and versions: derived from rule and canonical evidence, not from the
///     run
/// @param rule the rule that found it
/// @param type the issue type, for example `PRIVATE_KEY`
/// @param elf whether it is a per-binary hardening finding
/// @param cwe CWE ids, for example `CWE-321`
/// @param paths all files of the same content, sorted; never empty
/// @param facts what the rule read, in order of the names; secrets redacted
@Json
public record Issue(
    String id,
    String rule,
    String type,
    Severity severity,
    Confidence confidence,
    String summary,
    boolean elf,
    List<String> cwe,
    List<String> paths,
    Map<String, String> facts) {
  public Issue {
    cwe = List.copyOf(cwe);
    paths = List.copyOf(paths);
    // Sorted, so that the same issue is always written with the same bytes.
    facts = Collections.unmodifiableMap(new TreeMap<>(facts));
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("an issue has at least one path");
    }
  }
}
