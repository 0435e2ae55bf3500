package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.scan.Blob;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// What the findings of one rule that rest on secrets are known by: where a secret stands and under
/// which name, and never the secret. An id that was made from the secret could be tried out by
/// whoever has the report, and most passwords are soon found so.
///
/// Of several secrets of one name in one place, the first is told from the second by its number.
/// Another secret in the place of an old one is the same finding.
final class Standing {
  private final Map<String, Integer> numbers = new HashMap<>();

  /// The evidence of the next finding, in the order in which the secrets were seen.
  ///
  /// @param name of the setting, kind or account
  /// @param blobs that have the secret
  String next(String name, Collection<Blob> blobs) {
    String path =
        blobs.stream().flatMap(blob -> blob.paths().stream()).min(String::compareTo).orElse("");
    String place = name + "\0" + path;
    return place + "\0" + numbers.merge(place, 1, Integer::sum);
  }
}
