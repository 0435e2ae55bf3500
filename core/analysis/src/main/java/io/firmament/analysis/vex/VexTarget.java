package io.firmament.analysis.vex;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a statement is about.
///
/// @param product null where the document does not say: then it is about the image that the
///     document was given for
/// @param components of the product; none where the whole product is meant
record VexTarget(@Nullable VexName product, List<VexName> components) {
  VexTarget {
    components = List.copyOf(components);
  }
}
