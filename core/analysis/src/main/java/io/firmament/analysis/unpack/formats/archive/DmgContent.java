package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.ByteRange;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.analysis.unpack.io.ZeroInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// The sectors of a disk image, run after run; what no run gives is zeros.
final class DmgContent extends PieceInputStream {
  private static final int ZEROS = 0;
  private static final int RAW = 1;
  private static final int FREE = 2;
  private static final int ADC = 0x80000004;
  private static final int ZLIB = 0x80000005;
  private static final int BZIP2 = 0x80000006;
  private static final int LZFSE = 0x80000007;
  private static final int LZMA = 0x80000008;
  private static final int SECTOR = 512;
  private static final int PIECE = 1 << 15;

  /// A run of sectors.
  ///
  /// @param size decoded, in bytes
  /// @param offset in the image file
  /// @param length in the image file
  record Run(int kind, long sector, long size, long offset, long length) {}

  private final ByteSource image;
  private final List<Run> runs;
  private final long memory;
  private int nextRun;
  private long position;
  private long left;
  private InputStream in = InputStream.nullInputStream();

  /// @param runs in order of their sectors
  DmgContent(ByteSource image, List<Run> runs, long memory) {
    this.image = image;
    this.runs = runs;
    this.memory = memory;
  }

  @Override
  protected byte[] next() throws IOException {
    while (left == 0) {
      if (nextRun == runs.size()) {
        return new byte[0];
      }
      Run run = runs.get(nextRun);
      long start = run.sector * SECTOR;
      if (start > position) {
        in = new ZeroInputStream(start - position);
        left = start - position;
      } else {
        nextRun++;
        if (start < position) {
          throw new CorruptException("two runs of one sector");
        }
        in = open(run);
        left = run.size;
      }
    }
    byte[] piece = in.readNBytes(ByteRange.available(left, 0, PIECE));
    if (piece.length == 0) {
      throw new TruncatedException("a run is shorter than its sectors");
    }
    left -= piece.length;
    position += piece.length;
    return piece;
  }

  private InputStream open(Run run) throws IOException {
    ByteSource stored = image.slice(run.offset, run.length);
    SourceInputStream data = new SourceInputStream(stored, 0);
    return switch (run.kind) {
      case ZEROS, FREE -> new ZeroInputStream(run.size);
      case RAW -> data;
      case ADC -> new AdcInputStream(data);
      case ZLIB -> new InflaterInputStream(data);
      case BZIP2 -> new BZip2CompressorInputStream(data);
      case LZMA -> new XZInputStream(data, (int) Math.min(memory >> 10, Integer.MAX_VALUE));
      case LZFSE -> throw new UnsupportedException("a run of LZFSE");
      default -> throw new UnsupportedException("a run of kind " + Integer.toHexString(run.kind));
    };
  }
}
