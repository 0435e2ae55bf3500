package io.firmament.transfer;

/// How much the transfer service takes.
///
/// @param imageBytes of one image at most
/// @param uploads at once; each holds one part of its image, and its SBOM, in memory
public record TransferLimits(long imageBytes, int uploads) {
  public TransferLimits {
    if (imageBytes < 1 || uploads < 1) {
      throw new IllegalArgumentException("limits let nothing through");
    }
  }

  /// 4 GiB, which leaves the stage that unpacks it room on its disk; 16 at once in 1 GB of memory.
  public static TransferLimits standard() {
    return new TransferLimits(4L << 30, 16);
  }

  TransferLimits withImageBytes(long bytes) {
    return new TransferLimits(bytes, uploads);
  }

  TransferLimits withUploads(int count) {
    return new TransferLimits(imageBytes, count);
  }
}
