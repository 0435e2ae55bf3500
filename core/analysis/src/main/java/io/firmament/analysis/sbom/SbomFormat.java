package io.firmament.analysis.sbom;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A representation of an SBOM that can be asked for with an HTTP `Accept` header.
///
/// The types are the ones registered with IANA: `application/vnd.cyclonedx+json`,
/// `application/vnd.cyclonedx+xml` and `application/spdx+json`, each with a `version` parameter,
/// and
/// `application/spdx+xml` after their pattern. The first of a type is what is meant without a
/// version.
public enum SbomFormat {
  CYCLONEDX_JSON_1_7(Family.CYCLONEDX_JSON, "1.7"),
  CYCLONEDX_JSON_1_6(Family.CYCLONEDX_JSON, "1.6"),
  CYCLONEDX_JSON_1_5(Family.CYCLONEDX_JSON, "1.5"),
  CYCLONEDX_JSON_1_4(Family.CYCLONEDX_JSON, "1.4"),
  CYCLONEDX_JSON_1_3(Family.CYCLONEDX_JSON, "1.3"),
  CYCLONEDX_JSON_1_2(Family.CYCLONEDX_JSON, "1.2"),
  CYCLONEDX_XML_1_7(Family.CYCLONEDX_XML, "1.7"),
  CYCLONEDX_XML_1_6(Family.CYCLONEDX_XML, "1.6"),
  CYCLONEDX_XML_1_5(Family.CYCLONEDX_XML, "1.5"),
  CYCLONEDX_XML_1_4(Family.CYCLONEDX_XML, "1.4"),
  CYCLONEDX_XML_1_3(Family.CYCLONEDX_XML, "1.3"),
  CYCLONEDX_XML_1_2(Family.CYCLONEDX_XML, "1.2"),
  CYCLONEDX_XML_1_1(Family.CYCLONEDX_XML, "1.1"),
  /// Meant by `application/spdx+json` alone: SPDX 3 is another model, which few read so far.
  SPDX_JSON_2_3(Family.SPDX_JSON, "2.3"),
  SPDX_JSON_3_0_1(Family.SPDX_JSON, "3.0.1"),
  SPDX_XML_2_3(Family.SPDX_XML, "2.3");

  /// A media type, of which there are several versions.
  enum Family {
    CYCLONEDX_JSON("application/vnd.cyclonedx+json", "cdx.json"),
    CYCLONEDX_XML("application/vnd.cyclonedx+xml", "cdx.xml"),
    SPDX_JSON("application/spdx+json", "spdx.json"),
    SPDX_XML("application/spdx+xml", "spdx.xml");

    private final String mediaType;
    private final String extension;

    Family(String mediaType, String extension) {
      this.mediaType = mediaType;
      this.extension = extension;
    }
  }

  private final Family family;
  private final String version;

  SbomFormat(Family family, String version) {
    this.family = family;
    this.version = version;
  }

  Family family() {
    return family;
  }

  /// The type without parameters.
  public String mediaType() {
    return family.mediaType;
  }

  /// The version of the specification, for example `1.7`.
  public String version() {
    return version;
  }

  /// What a saved file's name ends with, without the leading dot.
  public String extension() {
    return family.extension;
  }

  /// What a `Content-Type` header says.
  public String contentType() {
    return mediaType() + "; version=" + version;
  }

  /// The format that the header asks for most, by `q` (RFC 9110 section 12.4.2) and then by order.
  ///
  /// Without a version the first of the type is meant, the newest but for SPDX; `*/*` means
  /// CycloneDX JSON. A missing header, a type
  /// not listed here and every other wildcard is not acceptable: the answer is empty.
  public static Optional<SbomFormat> negotiate(@Nullable String acceptHeader) {
    if (acceptHeader == null) {
      return Optional.empty();
    }
    List<Range> ranges = new ArrayList<>();
    for (String part : acceptHeader.split(",", -1)) {
      Range.parse(part).ifPresent(ranges::add);
    }
    ranges.sort(Comparator.comparingDouble((Range range) -> -range.quality()));
    for (Range range : ranges) {
      for (SbomFormat format : values()) {
        if (range.quality() > 0 && range.admits(format) && !refused(format, ranges)) {
          return Optional.of(format);
        }
      }
    }
    return Optional.empty();
  }

  /// Whether a range that names the format, not just `*/*`, gives it `q=0`.
  private static boolean refused(SbomFormat format, List<Range> ranges) {
    return ranges.stream()
        .anyMatch(
            range -> range.quality() == 0 && !range.type().equals("*/*") && range.admits(format));
  }

  /// One media range of an `Accept` header.
  private record Range(String type, Map<String, String> parameters, double quality) {
    static Optional<Range> parse(String text) {
      String[] parts = text.split(";", -1);
      String type = parts[0].strip().toLowerCase(Locale.ROOT);
      if (type.isEmpty()) {
        return Optional.empty();
      }
      Map<String, String> parameters = new TreeMap<>();
      for (int i = 1; i < parts.length; i++) {
        int equals = parts[i].indexOf('=');
        if (equals > 0) {
          parameters.put(
              parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT),
              unquoted(parts[i].substring(equals + 1).strip()));
        }
      }
      return qualityOf(parameters.remove("q")).map(q -> new Range(type, parameters, q));
    }

    boolean admits(SbomFormat format) {
      if (type.equals("*/*")) {
        return format == CYCLONEDX_JSON_1_7;
      }
      String wanted = parameters.get("version");
      return type.equals(format.mediaType()) && (wanted == null || wanted.equals(format.version));
    }

    private static Optional<Double> qualityOf(@Nullable String q) {
      if (q == null) {
        return Optional.of(1.0);
      }
      boolean valid = q.matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?");
      return valid ? Optional.of(Double.parseDouble(q)) : Optional.empty();
    }

    private static String unquoted(String value) {
      boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
      return quoted ? value.substring(1, value.length() - 1) : value;
    }
  }
}
