package io.firmament.rest.fleet;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is asked of a new enrolment token; everything has a default.
///
/// @param expiresInSeconds a day unless given
/// @param maxUses one device unless given
/// @param tags what every device gets
/// @param hardwareId the only hardware it is for; any unless given
@Json(naming = Json.Naming.LowerUnderscore)
record NewEnrollToken(
    @Nullable String fleet,
    @Nullable String name,
    @Nullable Long expiresInSeconds,
    @Nullable Integer maxUses,
    @Nullable Map<String, String> tags,
    @Nullable String hardwareId) {}
