package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.analysis.unpack.io.ppmd.PpmdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.deflate64.Deflate64CompressorInputStream;
import org.tukaani.xz.ARM64Options;
import org.tukaani.xz.ARMOptions;
import org.tukaani.xz.ARMThumbOptions;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.DeltaOptions;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.IA64Options;
import org.tukaani.xz.LZMA2InputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.PowerPCOptions;
import org.tukaani.xz.RISCVOptions;
import org.tukaani.xz.SPARCOptions;
import org.tukaani.xz.X86Options;

/// Opens the content of a folder through its coders.
final class Decoders {
  private static final long SMALLEST_DICTIONARY = 1 << 12;

  private final Folder folder;
  private final List<ByteSource> packed;
  private final long memory;

  /// @param packed the folder's packed streams
  /// @param memory of one decoder, in bytes
  Decoders(Folder folder, List<ByteSource> packed, long memory) {
    this.folder = folder;
    this.packed = packed;
    this.memory = memory;
  }

  InputStream open() throws IOException {
    return output(folder.last(), 0);
  }

  /// AES-256 with a key from a password.
  static boolean encrypted(Folder folder) {
    return folder.coders().stream().anyMatch(coder -> coder.id().equals("06f10701"));
  }

  private InputStream output(int coder, int depth) throws IOException {
    if (coder < 0 || coder >= folder.coders().size() || depth > Folder.MOST_CODERS) {
      throw new CorruptException("coders that make no sense");
    }
    Folder.Coder of = folder.coders().get(coder);
    InputStream[] inputs = new InputStream[of.inputs()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = input(of.firstInput() + i, depth);
    }
    return decoder(of, folder.sizes().get(coder), inputs);
  }

  private InputStream input(int number, int depth) throws IOException {
    Integer bound = folder.bound().get(number);
    if (bound != null) {
      return output(bound, depth + 1);
    }
    Integer stream = folder.packed().get(number);
    if (stream == null || stream >= packed.size()) {
      throw new CorruptException("an input of no coder");
    }
    return new BufferedInputStream(new SourceInputStream(packed.get(stream), 0), 1 << 13);
  }

  private InputStream decoder(Folder.Coder coder, long size, InputStream[] in) throws IOException {
    byte[] properties = coder.properties();
    if (coder.id().equals("0303011b")) {
      if (in.length != 4) {
        throw new CorruptException("BCJ2 of %d streams".formatted(in.length));
      }
      return new Bcj2InputStream(in[0], in[1], in[2], in[3], size);
    }
    if (in.length != 1) {
      throw new UnsupportedException("coder %s with several inputs".formatted(coder.id()));
    }
    return switch (coder.id()) {
      case "00" -> in[0];
      case "21" -> new LZMA2InputStream(in[0], dictionary(lzma2(properties), size));
      case "030101" -> lzma(properties, size, in[0]);
      case "030401" -> ppmd(properties, size, in[0]);
      case "040108" -> new InflaterInputStream(in[0], new Inflater(true));
      case "040109" -> new Deflate64CompressorInputStream(in[0]);
      case "040202" -> new BZip2CompressorInputStream(in[0], true);
      case "03" ->
          filter(new DeltaOptions(properties.length > 0 ? (properties[0] & 0xff) + 1 : 1), in[0]);
      case "04", "03030103" -> filter(new X86Options(), in[0]);
      case "05", "03030205" -> filter(new PowerPCOptions(), in[0]);
      case "06", "03030401" -> filter(new IA64Options(), in[0]);
      case "07", "03030501" -> filter(new ARMOptions(), in[0]);
      case "08", "03030701" -> filter(new ARMThumbOptions(), in[0]);
      case "09", "03030805" -> filter(new SPARCOptions(), in[0]);
      case "0a" -> arm64(properties, in[0]);
      case "0b" -> riscv(properties, in[0]);
      case "020302" -> new SwappedInputStream(in[0], 2);
      case "020304" -> new SwappedInputStream(in[0], 4);
      default -> throw new UnsupportedException("method " + coder.id());
    };
  }

  private static InputStream filter(FilterOptions options, InputStream in) throws IOException {
    return options.getInputStream(in, ArrayCache.getDummyCache());
  }

  private static InputStream arm64(byte[] properties, InputStream in) throws IOException {
    ARM64Options options = new ARM64Options();
    options.setStartOffset(offset(properties));
    return filter(options, in);
  }

  private static InputStream riscv(byte[] properties, InputStream in) throws IOException {
    RISCVOptions options = new RISCVOptions();
    options.setStartOffset(offset(properties));
    return filter(options, in);
  }

  private static int offset(byte[] properties) {
    return properties.length < 4 ? 0 : (int) Binary.u32le(properties, 0);
  }

  private InputStream lzma(byte[] properties, long size, InputStream in) throws IOException {
    if (properties.length < 5) {
      throw new CorruptException("LZMA without settings");
    }
    int dictionary = dictionary(Binary.u32le(properties, 1), size);
    return new LZMAInputStream(in, size, properties[0], dictionary);
  }

  private static long lzma2(byte[] properties) throws CorruptException {
    if (properties.length < 1 || properties[0] < 0 || properties[0] > 40) {
      throw new CorruptException("LZMA2 without settings");
    }
    return (2L | (properties[0] & 1)) << (properties[0] / 2 + 11);
  }

  private InputStream ppmd(byte[] properties, long size, InputStream in) throws IOException {
    if (properties.length < 5) {
      throw new CorruptException("PPMd without settings");
    }
    long wanted = Binary.u32le(properties, 1);
    if (wanted > memory) {
      throw tooMuch(wanted);
    }
    return PpmdInputStream.ofSevenZip(in, properties[0] & 0xff, (int) wanted, size);
  }

  /// No match reaches back further than the content is long.
  private int dictionary(long wanted, long size) throws LimitException {
    long dictionary = Math.max(Math.min(wanted, size), SMALLEST_DICTIONARY);
    if (dictionary > memory) {
      throw tooMuch(dictionary);
    }
    return (int) (dictionary + 15 & ~15L);
  }

  private static LimitException tooMuch(long wanted) {
    return new LimitException(
        Note.Limit.CODEC_MEMORY, "7z: a decoder needs %d bytes".formatted(wanted));
  }
}
