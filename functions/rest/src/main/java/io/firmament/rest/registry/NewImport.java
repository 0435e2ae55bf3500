package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which tags are to become artifacts.
@Json
record NewImport(
    @Nullable String repository,
    @Nullable List<@Nullable String> tags,
    @Nullable String name,
    @Nullable String version,
    @Nullable List<@Nullable String> fleets) {}
