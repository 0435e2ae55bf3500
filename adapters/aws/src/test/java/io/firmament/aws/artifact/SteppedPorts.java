package io.firmament.aws.artifact;

import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ObjectUpload;
import io.firmament.tuf.repository.MetadataStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Ports whose writes are counted together; at one of them the process is gone, before or after it.
final class SteppedPorts {
  private static final Set<String> WRITES =
      Set.of("update", "write", "begin", "complete", "create", "replace", "postpone");

  private final int stop;
  private final boolean after;
  private int steps;

  /// @param stop the number of the write, from 0
  SteppedPorts(int stop, boolean after) {
    this.stop = stop;
    this.after = after;
  }

  static SteppedPorts counting() {
    return new SteppedPorts(Integer.MAX_VALUE, false);
  }

  int steps() {
    return steps;
  }

  ArtifactStore of(ArtifactStore store) {
    return stepped(ArtifactStore.class, store);
  }

  ObjectStore of(ObjectStore store) {
    return stepped(ObjectStore.class, store);
  }

  MetadataStore of(MetadataStore store) {
    return stepped(MetadataStore.class, store);
  }

  private <T> T stepped(Class<T> port, T real) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, arguments) -> {
              boolean write = WRITES.contains(method.getName());
              int step = write ? steps++ : -1;
              if (write && step == stop && !after) {
                throw new Stopped();
              }
              @Nullable Object result;
              try {
                result = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (write && step == stop && after) {
                throw new Stopped();
              }
              return result instanceof ObjectUpload upload
                  ? stepped(ObjectUpload.class, upload)
                  : result;
            }));
  }

  /// The process is gone.
  static final class Stopped extends Error {
    Stopped() {
      super("stopped");
    }
  }
}
