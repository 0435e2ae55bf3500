package io.firmament.analysis.advisory.index;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// Where things are in the index file; all numbers little-endian.
///
/// ```
/// header 256 bytes: "FWVX", u32 format, u32 vulnerabilities, u32 criteria, u32 products,
///                   u32 exploited, 10 x (u64 offset, u64 length) in the order of SECTIONS,
///                   32 bytes SHA-256 of META
/// COLD    descriptions, UTF-8, end to end; never touched while matching
/// KEYS    12 bytes each, sorted by key: string, first criterion, number of criteria
/// CRIT    36 bytes each, grouped by key: vulnerability, condition (-1: the criterion alone
///         suffices), key, version, update, from, to, other attributes, flags
/// COND    u32 each, trees in prefix order: criterion << 2, or children << 3 | negated << 2 | kind
/// CVES    48 bytes each, sorted by id: id, CVSS vector, description (offset and length in COLD),
///         tenths of the score and flags, exploited since, aliases, modified, EPSS probability and
///         percentile (f32; negative: none), SSVC, sources and reason (offset in BLOB)
/// CKEYS   12 bytes each, sorted by key: string, first claim, number of claims
/// CLAIMS  8 bytes each, grouped by key and sorted by vulnerability: vulnerability, offset in BLOB
/// BLOB    what sources say, as ClaimCodec writes it
/// STRINGS u16 length and UTF-8; offset 0 is the empty string, which stands for "none"
/// META    JSON: feeds, watermarks, notices, and length and SHA-256 of every other section
/// ```
///
/// Keys of claims are `m:vendor:product` for what a CVE record says of a product,
/// `p:type/name` for what advisories say of a package, and `d:distribution/package` for what a
/// distribution says of its own package.
final class IndexLayout {
  static final int MAGIC = 0x58565746;
  static final int FORMAT = 2;
  static final int HEADER = 256;
  static final int SECTION_TABLE = 24;
  static final int META_DIGEST = 184;
  static final List<String> SECTIONS =
      List.of("COLD", "KEYS", "CRIT", "COND", "CVES", "CKEYS", "CLAIMS", "BLOB", "STRINGS", "META");

  static final int KEY_ROW = 12;
  static final int CRITERION_ROW = 36;
  static final int CVE_ROW = 48;
  static final int CLAIM_ROW = 8;

  static final int ALL = 1;
  static final int ANY = 2;
  static final int NEGATED = 4;

  static final int VULNERABLE = 1;
  static final int FROM_EXCLUDED = 2;
  static final int TO_EXCLUDED = 4;
  static final int PART_SHIFT = 3;
  static final int PART_MASK = 7;
  static final String PARTS = "aoh-*";

  static final int REJECTED = 1;
  static final int DISPUTED = 2;
  static final int EXPLOITED = 4;
  static final int RANSOMWARE = 8;
  static final int OWN_FACTS = 16;
  static final int NO_SCORE = 0xFFFF;

  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private IndexLayout() {}
}
