package io.firmament.analysis.advisory.feeds;

import java.util.Locale;

/// The formats that are understood.
public enum FeedKind {
  /// NVD CVE API 2.0, feed file or page.
  NVD,
  /// Records in the form of the NVD's that hold configurations alone.
  NVD_OVERRIDES,
  /// CISA's catalogue of known exploited vulnerabilities.
  KEV,
  /// CVE JSON 5.
  CVE5,
  OSV,
  /// Debian's security tracker.
  DEBIAN,
  /// Alpine's security database.
  ALPINE,
  EPSS,
  /// Corrections of the operator's own.
  OVERRIDES,
  /// Facts in the form that Firmament's own come in.
  FACTS,
  UNKNOWN;

  /// As reports name it.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The inverse of [#label].
  public static FeedKind of(String label) {
    for (FeedKind kind : values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    return UNKNOWN;
  }

  /// What the terms of the source ask to be shown; empty where nothing.
  public String notice() {
    return switch (this) {
      case NVD ->
          "This product uses data from the NVD API but is not endorsed or certified by the NVD.";
      case KEV -> "Known Exploited Vulnerabilities Catalog by CISA, CC0 1.0; no endorsement.";
      case CVE5 ->
          "CVE records: copyright The MITRE Corporation, under the CVE Program's terms of use,"
              + " https://www.cve.org/Legal/TermsOfUse.";
      case EPSS -> "EPSS data by FIRST, https://www.first.org/epss.";
      case NVD_OVERRIDES, OSV, DEBIAN, ALPINE, OVERRIDES, FACTS, UNKNOWN -> "";
    };
  }

  /// After how many days a feed of this kind is old; 0 where it never is.
  public int staleDays() {
    return switch (this) {
      case NVD, CVE5, OSV, DEBIAN, ALPINE, EPSS -> 7;
      case KEV, NVD_OVERRIDES -> 30;
      case OVERRIDES, FACTS, UNKNOWN -> 0;
    };
  }
}
