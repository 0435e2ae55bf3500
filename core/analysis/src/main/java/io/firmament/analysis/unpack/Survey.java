package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.base.finding.Confidence;
import java.util.ArrayList;
import java.util.List;

/// What a blob is made of, from its first byte to its last.
///
/// @param hits in order of offset, without overlaps
/// @param known the end of a file of a known kind that the blob starts with, unless a hit does; 0
///     where there is none
record Survey(ByteSource source, List<Scanner.Hit> hits, long known) {
  /// A container inside a program or another file is looked into from this size on, by how sure it
  /// is: a few bytes that look like a header are part of the program.
  private static final int SMALLEST_SURE = 512;

  private static final int SMALLEST_LIKELY = 1 << 16;

  /// A run of the blob.
  sealed interface Part {
    long start();

    long length();
  }

  /// A chunk.
  record Claimed(Scanner.Hit hit) implements Part {
    @Override
    public long start() {
      return hit.chunk().start();
    }

    @Override
    public long length() {
      return hit.length();
    }
  }

  /// All bytes are 00, or all are FF.
  record Padding(long start, long length) implements Part {}

  /// A known file that is no container.
  record OneFile(long start, long length) implements Part {}

  /// Nothing claims it.
  record Unknown(long start, long length) implements Part {}

  Survey {
    hits = List.copyOf(hits);
  }

  /// The blob is a file, whatever else may be found in it.
  boolean isFile() {
    return known > 0 && (hits.isEmpty() || hits.getFirst().chunk().start() > 0);
  }

  /// Less than a tenth is claimed, and the start is not.
  boolean mostlyUnclaimed() {
    long claimed = hits.stream().mapToLong(Scanner.Hit::length).sum();
    return claimed * 10 < source.size() && (hits.isEmpty() || hits.getFirst().chunk().start() > 0);
  }

  /// The same, with only those containers inside the file that are surely more than chance.
  Survey embedded() {
    List<Scanner.Hit> sure =
        hits.stream().filter(hit -> hit.chunk().start() >= known || isSure(hit)).toList();
    return new Survey(source, sure, known);
  }

  private static boolean isSure(Scanner.Hit hit) {
    Confidence confidence = hit.chunk().confidence();
    return hit.format().card().kind() != FormatCard.Kind.DATA
        && (confidence == Confidence.HIGH
            ? hit.length() >= SMALLEST_SURE || hit.format().card().kind() == FormatCard.Kind.KEY
            : confidence == Confidence.MEDIUM && hit.length() >= SMALLEST_LIKELY);
  }

  /// Every byte of the blob once, in order.
  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    long at = 0;
    for (Scanner.Hit hit : hits) {
      gap(at, hit.chunk().start(), parts);
      parts.add(new Claimed(hit));
      at = hit.chunk().end();
    }
    gap(at, source.size(), parts);
    return parts;
  }

  private void gap(long start, long end, List<Part> parts) {
    long fileEnd = isFile() ? Math.min(end, known) : start;
    if (start < fileEnd) {
      parts.add(new OneFile(start, fileEnd - start));
    }
    unclaimed(Math.max(start, fileEnd), end, parts);
  }

  private void unclaimed(long start, long end, List<Part> parts) {
    long body = start + Filler.atStart(source, start, end);
    long tail = end - Filler.atEnd(source, body, end);
    if (body > start) {
      parts.add(new Padding(start, body - start));
    }
    if (tail > body) {
      parts.add(new Unknown(body, tail - body));
    }
    if (end > tail) {
      parts.add(new Padding(tail, end - tail));
    }
  }
}
