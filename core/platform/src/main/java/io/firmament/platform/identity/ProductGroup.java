package io.firmament.platform.identity;

import io.firmament.base.ProductGroupId;
import io.firmament.base.TenantId;

/// Products that the same people may see; every tenant has one named "Default".
public record ProductGroup(TenantId tenant, ProductGroupId id, String name) {
  public static final String DEFAULT_NAME = "Default";
}
