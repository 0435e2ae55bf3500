package io.firmament.agent.update;

import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A state in one file, which is replaced whole.
public final class FileStateStore implements StateStore {
  private final Path file;

  public FileStateStore(Path file) {
    this.file = file;
  }

  /// @throws IllegalStateException where the file is there and cannot be read: to begin anew would
  ///     be to forget what may be rolled back
  @Override
  public UpdateState load() {
    try {
      return Files.exists(file)
          ? StateJson.read(JsonReader.readObject(Files.readAllBytes(file)))
          : UpdateState.EMPTY;
    } catch (IOException | TufException | IllegalArgumentException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
  }

  @Override
  public void save(UpdateState state) {
    try {
      DurableFiles.replace(file, StateJson.write(state).toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written", e);
    }
  }
}
