package io.firmament.stages.feeds;

import io.firmament.analysis.advisory.BuildReport;
import java.util.List;
import java.util.Optional;

/// What an update, or an import, did.
///
/// @param feeds what became of each
/// @param index what became of the index
/// @param overdue the feeds that could not be brought up to date for long
public record FeedReport(List<Feed> feeds, Index index, List<String> overdue) {
  public FeedReport {
    feeds = List.copyOf(feeds);
    overdue = List.copyOf(overdue);
  }

  /// What became of a feed.
  public enum Status {
    /// It was read.
    READ,
    UNCHANGED,
    /// Time was up, or the server asks for patience: the next run goes on.
    LATER,
    /// It cannot be had, or is no whole feed.
    FAILED
  }

  /// What became of the index.
  public enum Index {
    /// Another one is in use from now on.
    IN_USE,
    UNCHANGED,
    /// There was no time left to build it: the next run does.
    LATER,
    /// Another update has changed the feeds meanwhile; it, or the next run, builds the index.
    OVERTAKEN
  }

  /// One feed.
  ///
  /// @param read what reading it gave; empty where it was not read
  /// @param why it was not, for people
  public record Feed(String name, Status status, Optional<BuildReport.Feed> read, String why) {
    static Feed of(String name, Status status, String why) {
      return new Feed(name, status, Optional.empty(), why);
    }
  }

  /// How many feeds ended so.
  public int count(Status status) {
    return Math.toIntExact(feeds.stream().filter(feed -> feed.status() == status).count());
  }
}
