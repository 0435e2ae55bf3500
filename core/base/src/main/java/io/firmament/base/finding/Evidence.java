package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Why the engine believes something: what was seen, where, and by which detector.
///
/// @param detector the rule or parser that saw it, for example `dpkg` or `rule:busybox`
/// @param technique the CycloneDX 1.5+ evidence technique: `manifest-analysis`, `binary-analysis`,
///     `filename`, `hash-comparison`, `source-code-analysis`, `instrumentation`, `ast-fingerprint`,
///     `attestation` or `other`
/// @param path where, as displayed path in the tree
/// @param offset byte offset in that file; null where a line or the whole file is meant
/// @param matched what was seen, at most 200 characters, secrets redacted
/// @param confidence how much this alone says
@Json
public record Evidence(
    String detector,
    String technique,
    String path,
    @Nullable Long offset,
    String matched,
    Confidence confidence) {}
