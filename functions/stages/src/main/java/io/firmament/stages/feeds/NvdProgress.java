package io.firmament.stages.feeds;

import io.avaje.jsonb.Json;

/// How far the NVD's API has been read. Times are ISO 8601 in UTC.
///
/// @param watermark all that was changed before it is known; empty where nothing is
/// @param began when the server answered for the first time in this window; empty between windows
/// @param from where the window of changes begins; empty in a reading of all there is
/// @param to where it ends
/// @param next the place in it to go on at
/// @param total how many records the server says it has
@Json
record NvdProgress(String watermark, String began, String from, String to, int next, int total) {
  static NvdProgress nothing() {
    return new NvdProgress("", "", "", "", 0, 0);
  }

  boolean isBetweenWindows() {
    return began.isEmpty();
  }

  boolean isOfAll() {
    return from.isEmpty();
  }

  NvdProgress window(String begins, String ends) {
    return new NvdProgress(watermark, "", begins, ends, 0, 0);
  }

  NvdProgress at(String time, int place, int of) {
    return new NvdProgress(watermark, began.isEmpty() ? time : began, from, to, place, of);
  }

  NvdProgress end(String known) {
    return new NvdProgress(known, "", "", "", 0, 0);
  }
}
