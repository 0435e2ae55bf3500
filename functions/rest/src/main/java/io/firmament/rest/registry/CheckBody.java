package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// How a login went.
///
/// @param code of what is wrong; null where nothing is
@Json
record CheckBody(boolean ok, @Nullable String code, @Nullable String error) {}
