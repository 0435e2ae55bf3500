package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.cpe.Cpe;
import org.jspecify.annotations.Nullable;

/// One product and version condition of a vulnerability: the leaf of a configuration.
///
/// @param vulnerable whether the product is what is vulnerable, rather than what it must run on
/// @param from the first version of the range; null where it has no lower bound
/// @param fromExcluded whether the range starts after that version
/// @param to the last version of the range; null where it has no upper bound
/// @param toExcluded whether the range ends before that version
public record Criterion(
    boolean vulnerable,
    Cpe cpe,
    @Nullable String from,
    boolean fromExcluded,
    @Nullable String to,
    boolean toExcluded)
    implements Condition {}
