package io.firmament.analysis.advisory.index;

/// What an index says of the records of one kind in a feed that it was built from.
///
/// @param watermark the time that the feed says it is of; empty where it does not say
/// @param newest when the record changed last was changed; empty where records do not say
/// @param obtained the day that the file is of, `yyyy-mm-dd`; empty for what comes with Firmament
/// @param malformed how many records of the whole feed could not be taken
/// @param notice what its terms ask to be shown; empty where nothing
public record FeedNote(
    String name,
    String kind,
    String watermark,
    String newest,
    String obtained,
    int records,
    int malformed,
    String notice) {}
