package io.firmament.platform.firmware;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.finding.CveMatch;

/// A vulnerability that an analysis found in a firmware.
public record Affected(FirmwareId firmware, AnalysisId analysis, CveMatch match) {}
