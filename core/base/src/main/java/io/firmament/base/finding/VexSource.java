package io.firmament.base.finding;

import io.avaje.jsonb.Json;

/// The VEX document that a statement is from.
///
/// @param document its id: `@id` of OpenVEX, `tracking/id` of CSAF, the serial number of CycloneDX
/// @param format `openvex`, `csaf` or `cyclonedx`
/// @param author who says it; empty where the document does not say
/// @param issuedAt when it was last changed, as ISO 8601 in UTC
/// @param sha256 of its bytes, in lower-case hex
@Json
public record VexSource(
    String document, String format, String author, String issuedAt, String sha256) {}
