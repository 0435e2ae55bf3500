package io.firmament.platform.firmware;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.TenantId;

/// Which analysis of which firmware of whom.
public record AnalysisKey(TenantId tenant, FirmwareId firmware, AnalysisId analysis) {
  public static AnalysisKey of(Upload upload) {
    return new AnalysisKey(upload.tenant(), upload.firmware(), upload.analysis());
  }

  public static AnalysisKey of(Firmware firmware) {
    return new AnalysisKey(firmware.tenant(), firmware.id(), firmware.latestAnalysis().id());
  }
}
