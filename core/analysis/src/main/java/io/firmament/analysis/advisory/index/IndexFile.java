package io.firmament.analysis.advisory.index;

import io.firmament.base.Sha256;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An index file read in place: rows by number, strings by offset, nothing decoded in advance.
public final class IndexFile implements AutoCloseable {
  /// The version of the format.
  public static final int FORMAT = IndexLayout.FORMAT;

  private final Arena arena;
  private final Map<String, MemorySegment> sections;
  private final MemorySegment keys;
  private final MemorySegment criteria;
  private final MemorySegment conditions;
  private final MemorySegment cves;
  private final MemorySegment claimKeys;
  private final MemorySegment claims;
  private final MemorySegment blob;
  private final MemorySegment strings;
  private final MemorySegment cold;
  private final IndexManifest manifest;

  private IndexFile(Arena arena, MemorySegment all) throws IOException {
    this.arena = arena;
    this.sections = sections(all);
    this.keys = section("KEYS");
    this.criteria = section("CRIT");
    this.conditions = section("COND");
    this.cves = section("CVES");
    this.claimKeys = section("CKEYS");
    this.claims = section("CLAIMS");
    this.blob = section("BLOB");
    this.strings = section("STRINGS");
    this.cold = section("COLD");
    byte[] meta = section("META").toArray(ValueLayout.JAVA_BYTE);
    byte[] digest = all.asSlice(IndexLayout.META_DIGEST, 32).toArray(ValueLayout.JAVA_BYTE);
    if (!Sha256.of(meta).equals(Sha256.ofDigest(digest))) {
      throw new IOException("not an advisory index, or a damaged one: its manifest was changed");
    }
    this.manifest = IndexManifest.read(meta);
  }

  /// Maps the file into memory.
  // The arena lives as long as the file, which closes it.
  @SuppressWarnings("MustBeClosed")
  public static IndexFile map(Path file) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new IndexFile(arena, all);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// Takes memory that the arena owns, and the arena with it.
  public static IndexFile of(Arena arena, MemorySegment all) throws IOException {
    return new IndexFile(arena, all);
  }

  private static Map<String, MemorySegment> sections(MemorySegment all) throws IOException {
    if (all.byteSize() < IndexLayout.HEADER || all.get(IndexLayout.INT, 0) != IndexLayout.MAGIC) {
      throw new IOException("not an advisory index");
    }
    int format = all.get(IndexLayout.INT, 4);
    if (format != IndexLayout.FORMAT) {
      throw new IOException(
          "an advisory index of format "
              + format
              + "; this program reads format "
              + IndexLayout.FORMAT
              + ": import the feeds again");
    }
    Map<String, MemorySegment> sections = new TreeMap<>();
    for (int i = 0; i < IndexLayout.SECTIONS.size(); i++) {
      long at = IndexLayout.SECTION_TABLE + 16L * i;
      long offset = all.get(IndexLayout.LONG, at);
      long length = all.get(IndexLayout.LONG, at + 8);
      if (offset < IndexLayout.HEADER || length < 0 || offset > all.byteSize() - length) {
        throw new IOException("a truncated advisory index");
      }
      sections.put(IndexLayout.SECTIONS.get(i), all.asSlice(offset, length));
    }
    return sections;
  }

  private MemorySegment section(String name) throws IOException {
    MemorySegment section = sections.get(name);
    if (section == null) {
      throw new IOException("an advisory index without " + name);
    }
    return section;
  }

  public IndexManifest manifest() {
    return manifest;
  }

  /// The names of the sections whose bytes are not what the manifest says; empty where all is well.
  public List<String> damagedSections() {
    return sections.entrySet().stream()
        .filter(s -> !s.getKey().equals("META"))
        .filter(s -> !digest(s.getValue()).hex().equals(manifest.sections().get(s.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Sha256 digest(MemorySegment section) {
    MessageDigest digest = Sha256.newDigest();
    for (long at = 0; at < section.byteSize(); at += 1 << 24) {
      digest.update(section.asSlice(at, Math.min(1 << 24, section.byteSize() - at)).asByteBuffer());
    }
    return Sha256.ofDigest(digest.digest());
  }

  public int products() {
    return Math.toIntExact(keys.byteSize() / IndexLayout.KEY_ROW);
  }

  public int criteria() {
    return Math.toIntExact(criteria.byteSize() / IndexLayout.CRITERION_ROW);
  }

  public int vulnerabilities() {
    return Math.toIntExact(cves.byteSize() / IndexLayout.CVE_ROW);
  }

  /// The number of the key `vendor:product`; negative where there is none.
  public int findKey(String key) {
    return find(
        key, products(), row -> keys.get(IndexLayout.INT, (long) row * IndexLayout.KEY_ROW));
  }

  public String key(int key) {
    return string(keys.get(IndexLayout.INT, (long) key * IndexLayout.KEY_ROW));
  }

  /// Where the key's text is.
  int keyPlace(int key) {
    return keys.get(IndexLayout.INT, (long) key * IndexLayout.KEY_ROW);
  }

  public int firstCriterion(int key) {
    return keys.get(IndexLayout.INT, (long) key * IndexLayout.KEY_ROW + 4);
  }

  public int criterionCount(int key) {
    return keys.get(IndexLayout.INT, (long) key * IndexLayout.KEY_ROW + 8);
  }

  /// The number of the vulnerability; negative where there is none.
  public int findVulnerability(String id) {
    return find(
        id, vulnerabilities(), row -> cves.get(IndexLayout.INT, (long) row * IndexLayout.CVE_ROW));
  }

  private int find(String text, int rows, java.util.function.IntUnaryOperator stringOf) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = rows - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(stringOf.applyAsInt(middle), wanted);
      if (order == 0) {
        return middle;
      }
      low = order < 0 ? middle + 1 : low;
      high = order > 0 ? middle - 1 : high;
    }
    return -1;
  }

  private int compare(int offset, byte[] wanted) {
    int length = strings.get(IndexLayout.SHORT, offset) & 0xFFFF;
    for (int i = 0; i < Math.min(length, wanted.length); i++) {
      int order =
          Byte.compareUnsigned(strings.get(ValueLayout.JAVA_BYTE, offset + 2L + i), wanted[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(length, wanted.length);
  }

  /// Whether the string at the offset is this one ASCII character.
  boolean isCharacter(int offset, char character) {
    return strings.get(IndexLayout.SHORT, offset) == 1
        && strings.get(ValueLayout.JAVA_BYTE, offset + 2L) == (byte) character;
  }

  /// The string at the offset; empty for offset 0.
  String string(int offset) {
    int length = strings.get(IndexLayout.SHORT, offset) & 0xFFFF;
    byte[] utf8 = new byte[length];
    MemorySegment.copy(strings, ValueLayout.JAVA_BYTE, offset + 2L, utf8, 0, length);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  public CriterionRow criterion(int row) {
    return new CriterionRow(this, row);
  }

  int criterionCell(int row, int cell) {
    return criteria.get(IndexLayout.INT, (long) row * IndexLayout.CRITERION_ROW + 4L * cell);
  }

  int cveCell(int row, int cell) {
    return cves.get(IndexLayout.INT, (long) row * IndexLayout.CVE_ROW + 4L * cell);
  }

  public VulnerabilityRow vulnerability(int row) {
    return new VulnerabilityRow(this, row);
  }

  String description(int offset, int length) {
    byte[] utf8 = new byte[length];
    MemorySegment.copy(
        cold, ValueLayout.JAVA_BYTE, Integer.toUnsignedLong(offset), utf8, 0, length);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// The claims under a key such as `m:vendor:product`; none where there are none.
  public ClaimRows claims(String key) {
    int at =
        find(
            key,
            claimKeys(),
            row -> claimKeys.get(IndexLayout.INT, (long) row * IndexLayout.KEY_ROW));
    return at < 0 ? new ClaimRows(this, 0, 0) : claimsUnder(at);
  }

  /// How many keys there are claims under.
  int claimKeys() {
    return Math.toIntExact(claimKeys.byteSize() / IndexLayout.KEY_ROW);
  }

  String claimKey(int row) {
    return string(claimKeys.get(IndexLayout.INT, (long) row * IndexLayout.KEY_ROW));
  }

  ClaimRows claimsUnder(int row) {
    long start = (long) row * IndexLayout.KEY_ROW;
    return new ClaimRows(
        this, claimKeys.get(IndexLayout.INT, start + 4), claimKeys.get(IndexLayout.INT, start + 8));
  }

  public int claimCount() {
    return Math.toIntExact(claims.byteSize() / IndexLayout.CLAIM_ROW);
  }

  int claimCell(int row, int cell) {
    return claims.get(IndexLayout.INT, (long) row * IndexLayout.CLAIM_ROW + 4L * cell);
  }

  /// Digests a string with its length.
  void digestString(int offset, MessageDigest into) {
    int length = strings.get(IndexLayout.SHORT, offset) & 0xFFFF;
    into.update(strings.asSlice(offset, 2L + length).asByteBuffer());
  }

  /// Digests what is at the place of the BLOB section, with its length.
  void digestBlob(int place, MessageDigest into) {
    long at = Integer.toUnsignedLong(place);
    int length = blob.get(IndexLayout.INT, at);
    into.update(blob.asSlice(at, Integer.BYTES + (long) length).asByteBuffer());
  }

  /// Digests a description; its length goes before it.
  void digestDescription(int offset, int length, MessageDigest into) {
    into.update(cold.asSlice(Integer.toUnsignedLong(offset), length).asByteBuffer());
  }

  /// Reads what is at the place of the BLOB section.
  <T> T read(int place, ClaimCodec.Reading<T> reading) {
    long at = Integer.toUnsignedLong(place);
    byte[] bytes = new byte[blob.get(IndexLayout.INT, at)];
    MemorySegment.copy(blob, ValueLayout.JAVA_BYTE, at + Integer.BYTES, bytes, 0, bytes.length);
    try {
      return reading.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The token of a condition tree at the place.
  public ConditionToken condition(int at) {
    return new ConditionToken(conditions.get(IndexLayout.INT, 4L * at));
  }

  @Override
  public void close() {
    arena.close();
  }
}
