package io.firmament.analysis.unpack;

/// What one image may cost; every hit is a [Note.LimitHit] in the report.
///
/// @param inputBytes largest image that is looked at
/// @param totalBytes all decoded bytes of one image together
/// @param freeBytes decoded bytes before the ratio is looked at
/// @param ratio decoded bytes per byte of the image, past `freeBytes`
/// @param entries of the tree
/// @param depth of containers in containers
/// @param codecMemory dictionary or window of one decoder, in bytes
/// @param nameBytes length of a path inside one container
/// @param notes of the report
public record Limits(
    long inputBytes,
    long totalBytes,
    long freeBytes,
    int ratio,
    int entries,
    int depth,
    long codecMemory,
    int nameBytes,
    int notes) {
  /// Generous for real firmware, bounded for bombs.
  public static Limits standard() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Starts from the standard limits.
  public static final class Builder {
    private long inputBytes = 8L << 30;
    private long totalBytes = 16L << 30;
    private long freeBytes = 256L << 20;
    private int ratio = 200;
    private int entries = 1_000_000;
    private int depth = 16;
    private long codecMemory = 128L << 20;
    private int nameBytes = 4096;
    private int notes = 2_000;

    private Builder() {}

    public Builder inputBytes(long value) {
      inputBytes = value;
      return this;
    }

    public Builder totalBytes(long value) {
      totalBytes = value;
      return this;
    }

    public Builder freeBytes(long value) {
      freeBytes = value;
      return this;
    }

    public Builder ratio(int value) {
      ratio = value;
      return this;
    }

    public Builder entries(int value) {
      entries = value;
      return this;
    }

    public Builder depth(int value) {
      depth = value;
      return this;
    }

    public Builder codecMemory(long value) {
      codecMemory = value;
      return this;
    }

    public Builder nameBytes(int value) {
      nameBytes = value;
      return this;
    }

    public Builder notes(int value) {
      notes = value;
      return this;
    }

    public Limits build() {
      return new Limits(
          inputBytes, totalBytes, freeBytes, ratio, entries, depth, codecMemory, nameBytes, notes);
    }
  }
}
