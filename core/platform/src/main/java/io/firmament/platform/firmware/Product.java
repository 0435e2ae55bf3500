package io.firmament.platform.firmware;

import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import java.time.Instant;
import java.util.Optional;

/// What a vendor sells and firmware is made for; one per vendor and name in a tenant.
public record Product(
    TenantId tenant,
    ProductId id,
    String vendor,
    String name,
    Optional<String> category,
    Instant createdAt) {}
