package io.firmament.platform.identity;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.TenantId;

/// A named set of analysis options; every tenant has one named "Default".
public record AnalysisConfiguration(TenantId tenant, AnalysisConfigurationId id, String name) {
  public static final String DEFAULT_NAME = "Default";
}
