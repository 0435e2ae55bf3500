package io.firmament.rest.fleet;

import io.avaje.jsonb.Json;
import io.firmament.platform.fleet.DeviceEvent;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Something that happened to a device, as it is answered.
///
/// @param detail the facts in one line, for people
/// @param facts the same by name, for programs
@Json
record DeviceEventBody(String at, String type, String detail, Map<String, String> facts) {

  /// A page of events, newest first.
  ///
  /// @param total of all pages
  /// @param next absent on the last page
  @Json
  record Page(
      List<DeviceEventBody> items, int limit, int offset, long total, @Nullable String next) {}

  static DeviceEventBody of(DeviceEvent event) {
    return new DeviceEventBody(
        event.at().toString(),
        event.kind().name().toLowerCase(Locale.ROOT),
        event.facts().entrySet().stream()
            .map(fact -> fact.getKey() + "=" + fact.getValue())
            .collect(Collectors.joining(", ")),
        event.facts());
  }
}
