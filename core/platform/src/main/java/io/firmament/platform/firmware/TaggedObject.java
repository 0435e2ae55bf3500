package io.firmament.platform.firmware;

/// An object as it was read.
///
/// @param tag names this version; a write may ask for it to be there still
public record TaggedObject(byte[] content, String tag) {}
