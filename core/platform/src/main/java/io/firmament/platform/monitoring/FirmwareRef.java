package io.firmament.platform.monitoring;

import io.firmament.base.FirmwareId;
import io.firmament.base.TenantId;

/// Which firmware of whom.
public record FirmwareRef(TenantId tenant, FirmwareId firmware) {}
