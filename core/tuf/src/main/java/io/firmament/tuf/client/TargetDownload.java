package io.firmament.tuf.client;

import io.firmament.tuf.Hashes;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Gets target files (5.7) and checks them.
final class TargetDownload {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Fetcher fetcher;
  private final String baseUrl;
  private final long maxBytes;

  TargetDownload(Fetcher fetcher, String baseUrl, long maxBytes) {
    this.fetcher = fetcher;
    this.baseUrl = baseUrl;
    this.maxBytes = maxBytes;
  }

  boolean get(Target target, Path file) throws TufException {
    try {
      if (Files.isRegularFile(file) && holds(file, target)) {
        return false;
      }
      Path temporary = file.resolveSibling(file.getFileName() + ".new");
      try {
        fetch(target, temporary);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
      DurableFiles.forceEntry(file);
      return true;
    } catch (IOException e) {
      throw new TufException(Reason.STORE, "5.7.3", target.path() + " cannot be written", e);
    }
  }

  private void fetch(Target target, Path temporary) throws IOException, TufException {
    if (target.file().length() > maxBytes) {
      throw new TufException(
          Reason.TOO_LARGE, "5.7.3", target.path() + " has more than " + maxBytes + " bytes");
    }
    URI uri = uri(target);
    Hashes.Check check = target.file().hashes().check();
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      OutputStream out = Channels.newOutputStream(channel);
      // 5.7.3: no more bytes than the metadata says.
      receive(target, uri, new LimitedSink(new Hashing(out, check), target.file().length()));
      if (channel.size() != target.file().length()) {
        throw new TufException(
            Reason.CONTENT_MISMATCH, "5.7.3", target.path() + " has another length");
      }
      check.verify("5.7.3", target.path());
      channel.force(true);
    }
  }

  private void receive(Target target, URI uri, OutputStream sink) throws TufException {
    try {
      if (!fetcher.fetch(uri, sink)) {
        throw new TufException(
            Reason.UNAVAILABLE, "5.7.3", "the repository does not have " + target.path());
      }
    } catch (LimitedSink.Exceeded e) {
      throw new TufException(
          Reason.TOO_LARGE, "5.7.3", target.path() + " has more bytes than it should", e);
    } catch (IOException e) {
      throw new TufException(
          Reason.UNAVAILABLE, "5.7.3", target.path() + " could not be fetched", e);
    }
  }

  private static boolean holds(Path file, Target target) throws IOException {
    if (Files.size(file) != target.file().length()) {
      return false;
    }
    Hashes.Check check = target.file().hashes().check();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        check.update(buffer, 0, read);
      }
      check.verify("5.7.3", target.path());
      return true;
    } catch (TufException e) {
      return false;
    }
  }

  /// 5.7.3: FILENAME.EXT, or HASH.FILENAME.EXT in the same folder with consistent snapshots (6.2).
  private URI uri(Target target) throws TufException {
    List<String> segments = Arrays.asList(target.path().split("/", -1));
    if (segments.contains(".") || segments.contains("..")) {
      throw new TufException(
          Reason.UNAVAILABLE, "4.5", "a path that servers would take for another");
    }
    if (target.consistentSnapshot()) {
      int last = segments.size() - 1;
      segments.set(last, target.file().hashes().naming() + "." + segments.get(last));
    }
    return URI.create(
        baseUrl + segments.stream().map(RoleName::encode).collect(Collectors.joining("/")));
  }

  /// Digests what passes.
  private static final class Hashing extends OutputStream {
    private final OutputStream out;
    private final Hashes.Check check;

    Hashing(OutputStream out, Hashes.Check check) {
      this.out = out;
      this.check = check;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      check.update(buffer, offset, length);
    }
  }
}
