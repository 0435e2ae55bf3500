package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// An unpacked image with short questions for assertions.
record Unpacked(UnpackResult result) implements AutoCloseable {
  static Unpacked of(byte[] image, Path work) throws IOException {
    return of(image, work, Limits.standard());
  }

  static Unpacked of(byte[] image, Path work, Limits limits) throws IOException {
    Path directory = Files.createTempDirectory(work, "unpack");
    return new Unpacked(
        new Unpacker()
            .unpack(
                HeapByteSource.of(image), "image.bin", directory, limits, UnpackProgress.SILENT));
  }

  List<String> paths() {
    return result.tree().entries().stream().map(entry -> entry.path().toString()).toList();
  }

  Entry entry(String path) {
    return result
        .tree()
        .find(EntryPath.of(path))
        .orElseThrow(() -> new AssertionError(path + " is not in " + paths()));
  }

  String text(String path) throws IOException {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  byte[] bytes(String path) throws IOException {
    ByteSource content = result.tree().content(entry(path).sha256().orElseThrow());
    return Binary.bytes(content, 0, (int) content.size());
  }

  List<String> noteKinds() {
    return result.report().notes().stream().map(UnpackReport.NoteView::kind).toList();
  }

  @Override
  public void close() throws IOException {
    result.close();
  }
}
