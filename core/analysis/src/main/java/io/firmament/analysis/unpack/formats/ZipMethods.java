package io.firmament.analysis.unpack.formats;

import com.github.luben.zstd.ZstdInputStream;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.ReducedInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.analysis.unpack.io.ppmd.PpmdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipShort;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/// The compression methods of ZIP (APPNOTE 4.4.5) that are decoded here; the library that reads the
/// directory decodes the others.
final class ZipMethods {
  private static final int REDUCED_LEAST = 2;
  private static final int REDUCED_MOST = 5;
  private static final int LZMA = 14;
  private static final int ZSTD_FIRST = 20;
  private static final int ZSTD = 93;
  private static final int XZ = 95;
  private static final int PPMD = 98;
  private static final int AES = 99;
  private static final int LZMA_HEAD = 9;
  private static final ZipShort AES_FIELD = new ZipShort(0x9901);

  /// The window that a content needs at most where its size is not told.
  private final long memory;

  /// @param memory of one decoder, in bytes
  ZipMethods(long memory) {
    this.memory = memory;
  }

  static boolean decodes(int method) {
    return switch (method) {
      case LZMA, ZSTD_FIRST, ZSTD, XZ, PPMD -> true;
      default -> method >= REDUCED_LEAST && method <= REDUCED_MOST;
    };
  }

  /// Decodes the stored bytes of a member.
  InputStream open(ZipArchiveEntry entry, InputStream stored) throws IOException {
    InputStream raw = new BufferedInputStream(stored, 1 << 13);
    return switch (entry.getMethod()) {
      case LZMA -> lzma(raw, entry);
      case ZSTD_FIRST, ZSTD -> zstd(raw);
      case XZ -> xz(raw);
      case PPMD -> ppmd(raw, entry.getSize());
      default -> new ReducedInputStream(raw, entry.getMethod() - 1, entry.getSize());
    };
  }

  /// Section 5.8: version of the SDK, length of the properties, properties, stream; the end is
  /// marked where bit 1 of the flags says so.
  private InputStream lzma(InputStream raw, ZipArchiveEntry entry) throws IOException {
    byte[] head = raw.readNBytes(LZMA_HEAD);
    if (head.length < LZMA_HEAD || Binary.u16le(head, 2) != 5) {
      throw new CorruptException("no properties of LZMA");
    }
    boolean marked = (entry.getRawFlag() & 2) != 0;
    long wanted = Binary.u32le(head, 5);
    long dictionary = Math.max(marked ? wanted : Math.min(wanted, entry.getSize()), 1 << 12);
    if (dictionary > memory) {
      throw tooMuch("LZMA", dictionary);
    }
    return new LZMAInputStream(raw, marked ? -1 : entry.getSize(), head[4], (int) dictionary);
  }

  private InputStream zstd(InputStream raw) throws IOException {
    ZstdInputStream in = new ZstdInputStream(raw);
    in.setLongMax(Math.clamp(63 - Long.numberOfLeadingZeros(memory), 10, 31));
    return in;
  }

  private InputStream xz(InputStream raw) throws IOException {
    try {
      return new XZInputStream(raw, (int) Math.min(memory >> 10, 1 << 21) + (1 << 10));
    } catch (MemoryLimitException e) {
      throw tooMuch("xz", e.getMemoryNeeded() * 1024L);
    }
  }

  /// Section 5.10: the order less one in 4 bits, MiB of memory less one in 8, what to do where it
  /// is full in 4.
  private InputStream ppmd(InputStream raw, long size) throws IOException {
    byte[] head = raw.readNBytes(2);
    if (head.length < 2) {
      throw new CorruptException("no settings of PPMd");
    }
    int settings = Binary.u16le(head, 0);
    long wanted = ((settings >> 4 & 0xff) + 1L) << 20;
    int full = settings >> 12;
    if (full > 1) {
      throw new UnsupportedException("PPMd that goes on with a full memory");
    }
    if (wanted > memory) {
      throw tooMuch("PPMd", wanted);
    }
    return PpmdInputStream.ofZip(raw, (settings & 15) + 1, (int) wanted, full == 1, size);
  }

  private static LimitException tooMuch(String method, long wanted) {
    return new LimitException(
        Note.Limit.CODEC_MEMORY, "%s needs %d bytes to decode".formatted(method, wanted));
  }

  /// How a member is encrypted: by WinZip's AES, by PKWARE's strong encryption, or by the cipher
  /// of old.
  static String encryption(ZipArchiveEntry entry) {
    if (entry.getMethod() == AES) {
      byte[] field = aesField(entry);
      int strength = field.length > 4 ? field[4] : 0;
      return strength >= 1 && strength <= 3 ? "AES-" + (64 + 64 * strength) : "AES";
    }
    return entry.getGeneralPurposeBit().usesStrongEncryption()
        ? "PKWARE strong encryption"
        : "ZipCrypto";
  }

  private static byte[] aesField(ZipArchiveEntry entry) {
    return entry.getExtraField(AES_FIELD) == null
        ? new byte[0]
        : entry.getExtraField(AES_FIELD).getCentralDirectoryData();
  }
}
