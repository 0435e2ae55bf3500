package io.firmament.engines;

/// Hears of every object that came to exist, as S3 tells EventBridge.
public interface ObjectListener {
  /// Called after the object can be read, in the thread that answers the writer; must be quick.
  ///
  /// @param reason as in the event of S3: `PutObject`, `CompleteMultipartUpload` or `CopyObject`
  void created(String bucket, String key, String reason);

  /// For those who do not listen.
  static ObjectListener none() {
    return (bucket, key, reason) -> {};
  }
}
