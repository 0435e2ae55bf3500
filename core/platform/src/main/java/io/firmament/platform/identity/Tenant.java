package io.firmament.platform.identity;

import io.firmament.base.TenantId;
import java.time.Instant;

/// A customer organisation; nothing is ever visible across its border.
public record Tenant(TenantId id, String name, Instant createdAt) {}
