package io.firmament.base.finding;

import io.avaje.jsonb.Json;

/// What a VEX document says of one match.
///
/// @param match id of the [CveMatch]
/// @param at when it was said, as ISO 8601 in UTC
/// @param specific whether it is said of the component, rather than of the whole image
@Json
public record VexDecision(String match, VexStatement statement, String at, boolean specific) {}
