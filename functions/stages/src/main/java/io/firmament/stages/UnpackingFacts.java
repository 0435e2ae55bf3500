package io.firmament.stages;

import io.firmament.analysis.identity.ImageIdentity;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.analysis.unpack.UnpackReport.ChunkView;
import io.firmament.platform.firmware.Unpacking;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Says what the engine found in the terms of the API, and counts what each chunk held.
final class UnpackingFacts {
  /// Counts by what names a chunk to an entry: the place it is mounted at and the formats down to
  /// it.
  private final Map<Mount, Map<EntryType, Integer>> held = new HashMap<>();

  private final Map<String, String> chains = new HashMap<>();

  private record Mount(String where, String chain) {}

  private UnpackingFacts() {}

  static Unpacking of(UnpackReport report, List<Entry> entries) {
    UnpackingFacts facts = new UnpackingFacts();
    report.chunks().forEach(facts::mount);
    entries.forEach(facts::count);
    UnpackReport.Counts counts = report.counts();
    return new Unpacking(
        report.explainedPercent(),
        report.complete(),
        new Unpacking.Counts(
            counts.files(), counts.directories(), counts.symlinks(), counts.others()),
        counts.contentBytes(),
        report.chunks().size(),
        report.chunks().stream().limit(Unpacking.MAX_CHUNKS).map(facts::chunk).toList(),
        report.notes().stream()
            .map(note -> new Unpacking.Note(note.kind(), note.where(), note.detail()))
            .toList());
  }

  static Unpacking.Identity identity(ImageIdentity identity) {
    return new Unpacking.Identity(
        identity.architecture(),
        identity.endianness(),
        identity.bits(),
        identity.operatingSystem(),
        identity.distribution(),
        identity.distributionVersion(),
        identity.kernelVersion());
  }

  private void mount(ChunkView chunk) {
    String parent = chunk.parent() == null ? null : chains.get(chunk.parent());
    String chain = parent == null ? chunk.format() : parent + ">" + chunk.format();
    chains.put(chunk.id(), chain);
    held.put(new Mount(chunk.where(), chain), new EnumMap<>(EntryType.class));
  }

  /// An entry belongs to the innermost chunk of its formats that is mounted above it.
  private void count(Entry entry) {
    String path = entry.path().toString();
    int slash = path.length();
    while (slash >= 0) {
      slash = slash == 0 ? -1 : path.lastIndexOf('/', slash - 1);
      Map<EntryType, Integer> counts =
          held.get(new Mount(path.substring(0, slash + 1), entry.container()));
      if (counts != null) {
        counts.merge(entry.type(), 1, Integer::sum);
        return;
      }
    }
  }

  private Unpacking.Chunk chunk(ChunkView chunk) {
    return new Unpacking.Chunk(
        chunk.id(),
        chunk.parent(),
        chunk.format(),
        chunk.where(),
        chunk.start(),
        chunk.end(),
        chunk.confidence(),
        chunk.encrypted(),
        chunk.meta(),
        held(chunk));
  }

  private Unpacking.Counts held(ChunkView chunk) {
    Mount mount = new Mount(chunk.where(), chains.getOrDefault(chunk.id(), ""));
    Map<EntryType, Integer> counts = held.getOrDefault(mount, Map.of());
    int files = counts.getOrDefault(EntryType.FILE, 0);
    int directories = counts.getOrDefault(EntryType.DIRECTORY, 0);
    int links = counts.getOrDefault(EntryType.SYMLINK, 0);
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    return new Unpacking.Counts(files, directories, links, all - files - directories - links);
  }
}
