package io.firmament.analysis.advisory.index;

/// What an index says of a feed it was built from.
///
/// @param watermark the time that the feed says it is of; empty where it does not say
/// @param notice what its terms ask to be shown; empty where nothing
public record FeedNote(
    String name, String kind, String watermark, int records, int malformed, String notice) {}
