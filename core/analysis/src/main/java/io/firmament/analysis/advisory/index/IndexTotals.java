package io.firmament.analysis.advisory.index;

import io.firmament.base.Sha256;

/// How much a written index holds.
///
/// @param claims statements about products and packages besides the criteria
public record IndexTotals(
    int vulnerabilities, int criteria, int products, int claims, long sizeBytes, Sha256 sha256) {}
