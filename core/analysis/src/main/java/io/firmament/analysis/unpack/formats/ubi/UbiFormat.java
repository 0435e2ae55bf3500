package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// UBI: erase blocks with two headers each, which make up volumes.
public final class UbiFormat implements Format {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "ubi",
        "UBI image (static and dynamic volumes)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "5542492301")),
        List.of(),
        List.of(
            "images of a single erase block are not found",
            "dumps with the spare bytes of NAND between the pages are not read"),
        List.of(
            "Linux drivers/mtd/ubi/ubi-media.h",
            "http://www.linux-mtd.infradead.org/doc/ubidesign/ubidesign.pdf"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    return Geometry.of(source, start)
        .map(
            geometry -> {
              long end = start + geometry.blocks() * geometry.blockSize();
              return new Chunk(
                  start,
                  Math.min(end, source.size()),
                  end <= source.size() ? Confidence.HIGH : Confidence.MEDIUM,
                  false,
                  Map.of(
                      "eraseBlockSize",
                      Long.toString(geometry.blockSize()),
                      "eraseBlocks",
                      Long.toString(geometry.blocks()),
                      "dataOffset",
                      Long.toString(geometry.first().data())));
            });
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Geometry geometry =
        Geometry.of(content, 0).orElseThrow(() -> new CorruptException("no erase blocks"));
    Collection<Device.Volume> volumes = new Device(content, geometry, sink).volumes().values();
    if (volumes.isEmpty()) {
      throw new TruncatedException("not one block of a volume is there");
    }
    for (Device.Volume volume : volumes) {
      if (volumes.size() == 1) {
        sink.payload(volume.name(), Body.of(volume.content()));
      } else {
        sink.part(volume.name(), Body.of(volume.content()));
      }
    }
    if (geometry.blocks() * geometry.blockSize() > content.size()) {
      throw new TruncatedException("the last erase block is cut off");
    }
  }
}
