package io.firmament.rest.fleet;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// What is asked of a device's logs.
///
/// @param source `agent` unless given
/// @param since RFC 3339; all there is unless given
@Json(naming = Json.Naming.LowerUnderscore)
record NewLogRequest(@Nullable String source, @Nullable String since, @Nullable Long maxBytes) {}
