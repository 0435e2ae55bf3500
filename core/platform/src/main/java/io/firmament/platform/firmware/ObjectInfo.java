package io.firmament.platform.firmware;

/// What is known of an object without reading it.
public record ObjectInfo(long size, String etag) {}
