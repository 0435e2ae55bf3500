package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.Formats;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Unpacks an image: any bytes give a result, and the same bytes always the same one.
///
/// An [IOException] comes from the work directory only, never from the image.
public final class Unpacker {
  private final List<Format> formats;

  /// Knows every format.
  public Unpacker() {
    this(Formats.all());
  }

  public Unpacker(List<Format> formats) {
    this.formats = List.copyOf(formats);
  }

  /// Unpacks `image` into `workDirectory/pack`; the caller closes the result.
  ///
  /// @param image is read from two threads
  /// @param name of the image, for where it is no container
  /// @param workDirectory exists; takes the pack and, until this returns, decoded layers
  public UnpackResult unpack(
      ByteSource image, String name, Path workDirectory, Limits limits, UnpackProgress progress)
      throws IOException {
    Session session = new Session(new Scanner(formats), limits, progress, image.size());
    PackWriter pack = new PackWriter(workDirectory.resolve("pack"));
    Path scratchFile = workDirectory.resolve("layers");
    boolean done = false;
    try (ExecutorService digests = Executors.newSingleThreadExecutor();
        Scratch scratch = new Scratch(scratchFile)) {
      Future<String> sha256 = digests.submit(() -> digest(image));
      new Explorer(session, pack, scratch).image(image, name);
      Pack complete = pack.complete();
      UnpackedTree tree = session.tree(complete.reader());
      UnpackReport report = session.report(image.size(), result(sha256), tree, complete);
      done = true;
      return new UnpackResult(report, tree, complete);
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    } finally {
      if (!done) {
        pack.close();
      }
    }
  }

  private static String result(Future<String> digest) {
    try {
      return digest.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the image", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the image cannot be read", e.getCause());
    }
  }

  private static String digest(ByteSource image) {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 16];
    SourceInputStream in = new SourceInputStream(image, 0);
    for (int n = in.read(buffer, 0, buffer.length); n > 0; n = in.read(buffer, 0, buffer.length)) {
      digest.update(buffer, 0, n);
    }
    return Sha256.ofDigest(digest.digest()).hex();
  }
}
