package io.firmament.edge;

import io.firmament.base.BaseProblem;
import java.util.Locale;
import java.util.Set;

/// What an operation takes as its body.
///
/// @param limit in bytes
/// @param mediaTypes in lower case, without parameters
public record BodyKind(int limit, Set<String> mediaTypes) {
  /// What all operations take but those that say otherwise.
  public static final BodyKind JSON = new BodyKind(1024 * 1024, Set.of("application/json"));

  public BodyKind {
    mediaTypes = Set.copyOf(mediaTypes);
  }

  /// Refuses a body of another type.
  void require(String contentType) {
    if (!mediaTypes.contains(contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
      throw BaseProblem.UNSUPPORTED_MEDIA_TYPE.with(
          "expected",
          String.join(" or ", mediaTypes.stream().sorted().toList()),
          "actual",
          contentType);
    }
  }
}
