package io.firmament.platform.firmware;

import java.time.Instant;

/// What the matches of an analysis were made with.
///
/// @param index SHA-256 of the advisory index in hex, or `starter` for the facts that come with
///     Firmament
/// @param at when
public record Matched(String index, Instant at) {}
