package io.firmament.analysis.advisory.index;

import io.firmament.base.Sha256;

/// How much a written index holds.
public record IndexTotals(
    int vulnerabilities, int criteria, int products, long sizeBytes, Sha256 sha256) {}
