package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.InodeWalk;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.formats.disk.DiskEnd;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ISO 9660, as CDs and installers have it.
public final class IsoFormat implements Format {
  private static final String ID = "iso9660";
  private static final int DESCRIPTOR = Descriptors.FIRST * Descriptors.SECTOR;

  @Override
  public FormatCard card() {
    return new FormatCard(
        ID,
        "ISO 9660 file system (Rock Ridge, Joliet, El Torito, zisofs; hybrid disks)",
        FormatCard.Kind.TREE,
        List.of(Magic.hex(DESCRIPTOR, "01 4344303031 01")),
        List.of(),
        List.of("interleaved files and volumes on several discs are not read"),
        List.of("ECMA-119", "IEEE P1282 (RRIP 1.12)", "Joliet specification", "El Torito 1.0"));
  }

  /// A volume without Rock Ridge that is one of UDF, too, is left to that.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource rest = source.slice(start, source.size() - start);
      Descriptors descriptors = Descriptors.read(rest);
      int skip = Volume.skip(rest, descriptors);
      if (descriptors.udf() && skip < 0) {
        return Optional.empty();
      }
      long size = end(rest, descriptors);
      Map<String, String> meta = new HashMap<>();
      meta.put("label", descriptors.label());
      meta.put("rockRidge", Boolean.toString(skip >= 0));
      meta.put("joliet", Boolean.toString(descriptors.joliet().length > 0));
      meta.put("bootable", Boolean.toString(descriptors.catalog() > 0));
      meta.put("hybrid", Boolean.toString(DiskEnd.of(rest) > 0));
      boolean whole = size <= rest.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(size, rest.size()),
              whole ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// The end of the volume, or of a partition or boot image that was appended to it.
  private static long end(ByteSource rest, Descriptors descriptors) {
    long end = Math.max(descriptors.size(), DiskEnd.of(rest));
    if (descriptors.catalog() == 0) {
      return end;
    }
    try {
      for (BootCatalog.Image image : BootCatalog.read(rest, descriptors)) {
        long imageEnd = image.block() * descriptors.block() + image.length();
        end = imageEnd <= rest.size() ? Math.max(end, imageEnd) : end;
      }
    } catch (IOException e) {
      return end;
    }
    return end;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Descriptors descriptors = Descriptors.read(content);
    Volume volume = new Volume(content, descriptors);
    new InodeWalk<>(volume, ID, sink).run();
    if (descriptors.catalog() > 0) {
      boot(content, descriptors, volume, sink);
    }
    if (descriptors.size() > content.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), descriptors.size()));
    }
  }

  /// Boot images that are no files of the tree; one that lies over another is left out.
  private static void boot(ByteSource content, Descriptors descriptors, Volume volume, Sink sink)
      throws LimitException {
    try {
      int number = 0;
      long end = 0;
      for (BootCatalog.Image image : BootCatalog.read(content, descriptors)) {
        number++;
        long at = image.block() * descriptors.block();
        if (!volume.extents().contains(image.block())
            && image.length() > 0
            && at >= end
            && at > 0) {
          end = at + image.length();
          sink.part("boot-image-" + number, Body.range(content, at, image.length()));
        }
      }
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      sink.corrupt("iso9660: " + e.getMessage());
    }
  }
}
