package io.firmament.analysis.advisory.feeds;

/// A record of a feed that does not have the form that the feed promises.
public final class MalformedRecord extends Exception {
  MalformedRecord(String message) {
    super(message, null, false, false);
  }
}
