package io.firmament.platform.artifact;

import io.firmament.base.Sha256;
import io.firmament.platform.rollout.Invalid;

/// The bytes of an artifact, as they were announced and as they are signed.
///
/// @param fileName what devices see the file as
/// @param length in bytes, at least 1
/// @param source where they arrive, or are since a firmware was uploaded, in the bucket of uploads;
///     that forgets them after a while
public record Content(String fileName, long length, Sha256 sha256, String source) {
  /// What S3 takes as one object.
  public static final long MAX_LENGTH = 5L << 40;

  public Content {
    Naming.requireFile(fileName);
    Invalid.unless(
        length >= 1 && length <= MAX_LENGTH, "file.length", "must be from 1 byte to 5 TiB");
  }
}
