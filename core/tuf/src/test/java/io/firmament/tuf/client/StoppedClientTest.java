package io.firmament.tuf.client;

import static io.firmament.tuf.client.SimulatedRepository.ROOT;
import static io.firmament.tuf.client.SimulatedRepository.SNAPSHOT;
import static io.firmament.tuf.client.SimulatedRepository.TARGETS;
import static io.firmament.tuf.client.SimulatedRepository.TIMESTAMP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.tuf.RoleName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The client is stopped before or after every single change of its store, and goes on.
final class StoppedClientTest {
  /// The process is gone.
  private static final class Stopped extends Error {
    Stopped() {
      super("stopped");
    }
  }

  /// Lets so many changes through, and stops before or after the next.
  private static final class StoppingStore implements TrustedStore {
    private final TrustedStore store;
    private int left;
    private final boolean after;

    StoppingStore(TrustedStore store, int changes, boolean after) {
      this.store = store;
      this.left = changes;
      this.after = after;
    }

    @Override
    public Optional<byte[]> read(String role) throws IOException {
      return store.read(role);
    }

    @Override
    public void write(String role, byte[] file) throws IOException {
      stopBefore();
      store.write(role, file);
      stopAfter();
    }

    @Override
    public void delete(String role) throws IOException {
      stopBefore();
      store.delete(role);
      stopAfter();
    }

    private void stopBefore() {
      if (left == 0 && !after) {
        throw new Stopped();
      }
    }

    private void stopAfter() {
      if (left-- == 0) {
        throw new Stopped();
      }
    }
  }

  private static TufClient client(TrustedStore store, SimulatedRepository repo) {
    return new TufClient(
        store,
        (uri, sink) -> {
          Optional<byte[]> file = repo.serve(uri.getRawPath().substring(1));
          if (file.isPresent()) {
            sink.write(file.get());
          }
          return file.isPresent();
        },
        URI.create("http://repo/metadata/"),
        URI.create("http://repo/targets/"),
        ClientLimits.DEFAULT,
        Clock.fixed(ClientUnderTest.NOW, ZoneOffset.UTC));
  }

  @Test
  void aStopAnywhereLeavesAStoreThatGoesOn(@TempDir Path folder) throws Exception {
    for (boolean after : List.of(false, true)) {
      int stops = 0;
      for (int changes = 0; ; changes++) {
        SimulatedRepository repo = new SimulatedRepository(ClientUnderTest.NOW);
        Path own = folder.resolve(changes + "-" + after);
        FileStore store = new FileStore(own, ClientLimits.DEFAULT.largestMetadata());
        TufClient.initialize(store, repo.initialRoot());
        // Versions that were run up, and the root that takes the keys away.
        repo.setVersion(TIMESTAMP, 50);
        repo.publish(TIMESTAMP);
        client(store, repo).refresh();
        repo.rotateKeys(TIMESTAMP);
        repo.rotateKeys(SNAPSHOT);
        repo.publish(ROOT, ROOT);
        repo.setVersion(TIMESTAMP, 1);
        repo.delegate(TARGETS, "a", true, "*");
        repo.addTarget("a", "x", new byte[5]);
        repo.publish("a", TARGETS, SNAPSHOT, TIMESTAMP);

        boolean stopped = false;
        try {
          client(new StoppingStore(store, changes, after), repo).find("x");
        } catch (Stopped e) {
          stopped = true;
          stops++;
        }

        TufClient again = client(store, repo);
        again.refresh();
        assertEquals("a", again.find("x").role());
        for (String role : List.of(ROOT, TIMESTAMP, SNAPSHOT, TARGETS, "a")) {
          assertArrayEquals(repo.latest(role), store.read(role).orElseThrow(), role);
        }
        if (!stopped) {
          break;
        }
      }
      // Two roots, two removals, timestamp, snapshot, targets and the delegated role.
      assertEquals(8, stops);
    }
  }

  @Test
  void aHalfWrittenFileIsNotThere(@TempDir Path folder) throws Exception {
    FileStore store = new FileStore(folder, 1000);
    store.write(TIMESTAMP, new byte[] {1, 2, 3});
    Files.write(folder.resolve(RoleName.fileName(TIMESTAMP) + ".new"), new byte[] {9});

    assertArrayEquals(new byte[] {1, 2, 3}, store.read(TIMESTAMP).orElseThrow());
    store.write(TIMESTAMP, new byte[] {4});
    assertArrayEquals(new byte[] {4}, store.read(TIMESTAMP).orElseThrow());
  }

  @Test
  void aFileLargerThanAnyMetadataIsNotReadAtAll(@TempDir Path folder) throws Exception {
    FileStore store = new FileStore(folder, 1000);
    Files.write(folder.resolve("timestamp.json"), new byte[1001]);

    assertThrows(IOException.class, () -> store.read(TIMESTAMP));
  }

  @Test
  void aDownloadThatStopsLeavesTheOldFile(@TempDir Path folder) throws Exception {
    SimulatedRepository repo = new SimulatedRepository(ClientUnderTest.NOW);
    FileStore store = new FileStore(folder.resolve("m"), 100_000);
    TufClient.initialize(store, repo.initialRoot());
    repo.addTarget(TARGETS, "x", new byte[] {1});
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    Path file = folder.resolve("x");
    TufClient first = client(store, repo);
    assertTrue(first.download(first.find("x"), file));
    repo.addTarget(TARGETS, "x", new byte[] {1, 2, 3, 4});
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    TufClient stopping =
        new TufClient(
            store,
            (uri, sink) -> {
              if (uri.getPath().startsWith("/targets")) {
                sink.write(new byte[] {1, 2});
                throw new Stopped();
              }
              sink.write(repo.serve(uri.getRawPath().substring(1)).orElse(new byte[0]));
              return !uri.getPath().endsWith("2.root.json");
            },
            URI.create("http://repo/metadata/"),
            URI.create("http://repo/targets/"),
            ClientLimits.DEFAULT,
            Clock.fixed(ClientUnderTest.NOW, ZoneOffset.UTC));
    stopping.refresh();
    Target target = stopping.find("x");

    assertThrows(Stopped.class, () -> stopping.download(target, file));

    assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
  }
}
