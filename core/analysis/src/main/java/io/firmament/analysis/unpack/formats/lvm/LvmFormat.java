package io.firmament.analysis.unpack.formats.lvm;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A physical volume of LVM2, whose logical volumes lie in it as a whole.
public final class LvmFormat implements Format {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "lvm2",
        "LVM2 physical volume (linear volumes)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(512, "LABELONE")),
        List.of(),
        List.of(
            "volumes on several physical volumes are reported",
            "stripes, mirrors, RAID, thin volumes, caches and snapshots are reported",
            "labels in other than the second sector are not found"),
        List.of("LVM2 lib/format_text/layout.h and lib/label/label.h"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource volume = source.slice(start, source.size() - start);
      Label label = Label.read(volume);
      Map<String, String> meta = new HashMap<>();
      meta.put("uuid", label.uuid());
      try {
        meta.put("volumeGroup", Group.read(volume, label).name);
      } catch (IOException e) {
        meta.put("volumeGroup", "");
      }
      boolean whole = label.size() <= volume.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(label.size(), volume.size()),
              whole ? Confidence.HIGH : Confidence.MEDIUM,
              false,
              meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// The volume group as this physical volume sees it.
  ///
  /// @param extent bytes
  /// @param own name of this physical volume
  /// @param first position of its first extent
  private record Group(
      String name, Section section, long extent, String own, long first, long extents) {
    static Group read(ByteSource volume, Label label) throws IOException {
      Section all = Section.parse(label.text(volume));
      for (Map.Entry<String, Section> group : all.sections().entrySet()) {
        Section section = group.getValue();
        for (Map.Entry<String, Section> physical :
            section.section("physical_volumes").sections().entrySet()) {
          Section own = physical.getValue();
          if (own.text("id").replace("-", "").equals(label.uuid())) {
            long extent = section.number("extent_size") * Label.SECTOR;
            long first = own.number("pe_start") * Label.SECTOR;
            long extents = own.number("pe_count");
            if (extent <= 0 || extent > 1L << 40 || first < 0 || first > 1L << 50) {
              throw new CorruptException("the sizes of the volume group make no sense");
            }
            return new Group(group.getKey(), section, extent, physical.getKey(), first, extents);
          }
        }
      }
      throw new CorruptException("the volume group does not know this physical volume");
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Label label = Label.read(content);
    Group group = Group.read(content, label);
    long left = content.size();
    for (Map.Entry<String, Section> entry :
        group.section.section("logical_volumes").sections().entrySet()) {
      if (!entry.getValue().list("status").contains("VISIBLE")) {
        continue;
      }
      try {
        Runs runs = runs(group, entry.getValue(), left);
        left -= runs.length();
        sink.part(entry.getKey(), Body.of(runs.source(content, runs.length())));
      } catch (LimitException e) {
        throw e;
      } catch (UnsupportedException e) {
        sink.unsupported("lvm2: volume " + entry.getKey() + ": " + e.getMessage());
      } catch (IOException e) {
        sink.corrupt("lvm2: volume " + entry.getKey() + ": " + e.getMessage());
      }
    }
    if (label.size() > content.size()) {
      throw new TruncatedException(
          "%d of %d bytes are there".formatted(content.size(), label.size()));
    }
  }

  /// @param left bytes of the physical volume that no other volume has taken
  private static Runs runs(Group group, Section volume, long left) throws IOException {
    Runs runs = new Runs();
    long count = volume.number("segment_count");
    for (long i = 1; i <= count; i++) {
      Section segment = volume.section("segment" + i);
      if (!segment.text("type").equals("striped")) {
        throw new UnsupportedException("segments of type " + segment.text("type"));
      }
      long extents = segment.number("extent_count");
      if (extents <= 0
          || extents > group.extents
          || extents * group.extent > left - runs.length()) {
        throw new CorruptException("a segment of %d extents".formatted(extents));
      }
      runs.holeUpTo(Math.multiplyExact(segment.number("start_extent"), group.extent));
      linear(group, segment, extents, runs);
    }
    return runs;
  }

  /// A linear segment is one with a single stripe; several lie on several physical volumes.
  private static void linear(Group group, Section segment, long extents, Runs runs)
      throws IOException {
    List<String> stripes = segment.list("stripes");
    if (stripes.size() != 2) {
      throw new UnsupportedException(stripes.size() / 2 + " stripes");
    }
    if (!stripes.getFirst().equals(group.own)) {
      throw new UnsupportedException("a part of it is on " + stripes.getFirst());
    }
    runs.add(group.first + extent(stripes.getLast(), group) * group.extent, extents * group.extent);
  }

  private static long extent(String text, Group group) throws CorruptException {
    try {
      long extent = Long.parseLong(text);
      if (extent >= 0 && extent < group.extents) {
        return extent;
      }
    } catch (NumberFormatException e) {
      throw new CorruptException("an extent that is no number");
    }
    throw new CorruptException("an extent outside of the physical volume");
  }
}
