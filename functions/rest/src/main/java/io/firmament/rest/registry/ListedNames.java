package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names that a registry listed.
///
/// @param catalogue of repositories: whether the registry lists them; null for tags
/// @param total how many were read
/// @param clipped whether the registry has more than were read
@Json
record ListedNames(
    @Nullable Boolean catalogue,
    List<String> items,
    int limit,
    int offset,
    int total,
    boolean clipped,
    @Nullable String next) {}
