package io.firmament.local;

import io.firmament.base.Log;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Which uploaded images may not be analysed to the end. The local queues live in memory, so what
/// they held when the process ended is asked for again from here; stages go on where they were.
///
/// The file has one object key a line. A line is on the disk before its event is sent, and stays
/// until a later start finds its analysis done. Without a folder nothing outlives the process, and
/// nothing is written down.
final class UploadJournal {
  private static final Log LOG = Log.of(UploadJournal.class);

  private final Optional<Path> file;

  UploadJournal(Optional<Path> data) {
    this.file = data.map(folder -> folder.resolve("unfinished-uploads.txt"));
  }

  /// Remembers the key of an image that is stored.
  synchronized void add(String key) {
    if (file.isEmpty()) {
      return;
    }
    try (FileChannel channel =
        FileChannel.open(file.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap((key + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.get(), e);
    }
  }

  /// The keys whose analysis is not done; the others are forgotten.
  synchronized List<String> unfinished(FirmwareStore store) {
    if (file.isEmpty() || !Files.exists(file.get())) {
      return List.of();
    }
    try {
      List<String> open =
          Files.readAllLines(file.get(), StandardCharsets.UTF_8).stream()
              .distinct()
              .filter(key -> ObjectKeys.parseFirmware(key).filter(r -> open(store, r)).isPresent())
              .toList();
      Path rest = file.get().resolveSibling(file.get().getFileName() + ".new");
      Files.writeString(rest, open.stream().map(key -> key + "\n").collect(Collectors.joining()));
      Files.move(rest, file.get(), StandardCopyOption.ATOMIC_MOVE);
      if (!open.isEmpty()) {
        LOG.info("analyses_resumed", "count", open.size());
      }
      return open;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.get(), e);
    }
  }

  /// Whether the upload's analysis has not ended, or has not begun.
  private static boolean open(FirmwareStore store, ObjectKeys.UploadRef ref) {
    return store
        .findUpload(ref.tenant(), ref.upload())
        .filter(
            upload ->
                store
                    .find(upload.tenant(), upload.firmware())
                    .map(Firmware::latestAnalysis)
                    .filter(analysis -> analysis.state() == Analysis.State.DONE)
                    .isEmpty())
        .isPresent();
  }
}
