package io.firmament.tuf.client;

import io.firmament.tuf.TargetFile;

/// A target file that trusted metadata lists.
///
/// @param role that lists it and whose word `custom` is
/// @param consistentSnapshot whether the repository names its file by hash
public record Target(String path, TargetFile file, String role, boolean consistentSnapshot) {}
