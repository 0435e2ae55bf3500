package io.firmament.platform.firmware;

import java.util.List;

/// The requests of an upload in parts.
///
/// @param partSize in bytes, of every part but the last
/// @param parts one request for each part, in order; each answers with an `ETag`
/// @param complete to be sent last, with S3's `CompleteMultipartUpload` document as body
/// @param abort to be sent instead of giving up silently
public record PresignedParts(
    long partSize, List<PresignedUpload> parts, PresignedUpload complete, PresignedUpload abort) {
  public PresignedParts {
    parts = List.copyOf(parts);
  }
}
