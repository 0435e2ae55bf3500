package io.firmament.stages;

import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/// Fetches advisory indexes, each under the digest of its content.
final class IndexObjects {
  private final ObjectStore documents;

  IndexObjects(ObjectStore documents) {
    this.documents = documents;
  }

  /// Copies the object.
  ///
  /// @param to is overwritten, and gone where this throws
  /// @throws IOException where it is not there, or is another one
  void fetch(String key, Sha256 expected, Path to) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    try (InputStream in =
            documents.read(key).orElseThrow(() -> new IOException("no advisory index at " + key));
        OutputStream out = new DigestOutputStream(Files.newOutputStream(to), digest)) {
      in.transferTo(out);
    } catch (IOException e) {
      Files.deleteIfExists(to);
      throw e;
    }
    if (!Sha256.ofDigest(digest.digest()).equals(expected)) {
      Files.delete(to);
      throw new IOException("the advisory index " + key + " is not the one announced");
    }
  }
}
