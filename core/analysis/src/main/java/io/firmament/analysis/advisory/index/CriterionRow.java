package io.firmament.analysis.advisory.index;

/// A row of the CRIT section; every accessor reads the file.
public record CriterionRow(IndexFile file, int row) {
  public int vulnerability() {
    return file.criterionCell(row, 0);
  }

  /// Where its condition tree starts; negative where the criterion alone suffices.
  public int condition() {
    return file.criterionCell(row, 1);
  }

  public int key() {
    return file.criterionCell(row, 2);
  }

  /// As CPE writes it, escaped: `*`, `-` or a version.
  public String version() {
    return text(versionPlace());
  }

  /// The same for the same text.
  public int versionPlace() {
    return file.criterionCell(row, 3);
  }

  /// Whether the version is `*`.
  public boolean isAnyVersion() {
    return file.isCharacter(versionPlace(), '*');
  }

  /// Whether the version is `-`.
  public boolean isNoVersion() {
    return file.isCharacter(versionPlace(), '-');
  }

  public String update() {
    return text(updatePlace());
  }

  /// Whether the update is `*`.
  public boolean isAnyUpdate() {
    return file.isCharacter(updatePlace(), '*');
  }

  /// Whether the update is neither `*` nor `-`.
  public boolean isConcreteUpdate() {
    return !isAnyUpdate() && !file.isCharacter(updatePlace(), '-');
  }

  private int updatePlace() {
    return file.criterionCell(row, 4);
  }

  /// Empty where there is no lower bound.
  public String from() {
    return text(fromPlace());
  }

  /// Empty where there is no upper bound.
  public String to() {
    return text(toPlace());
  }

  /// The same for the same text; 0 where there is no lower bound.
  public int fromPlace() {
    return file.criterionCell(row, 5);
  }

  /// The same for the same text; 0 where there is no upper bound.
  public int toPlace() {
    return file.criterionCell(row, 6);
  }

  /// The text of a place.
  public String text(int place) {
    return file.string(place);
  }

  /// Edition, language, software edition, target software, target hardware and other, separated by
  /// colons; empty where all are ANY.
  public String otherAttributes() {
    return text(otherAttributesPlace());
  }

  /// The same for the same text; 0 where all are ANY.
  public int otherAttributesPlace() {
    return file.criterionCell(row, 7);
  }

  public boolean isVulnerable() {
    return (flags() & IndexLayout.VULNERABLE) != 0;
  }

  public boolean isFromExcluded() {
    return (flags() & IndexLayout.FROM_EXCLUDED) != 0;
  }

  public boolean isToExcluded() {
    return (flags() & IndexLayout.TO_EXCLUDED) != 0;
  }

  /// `a`, `o`, `h`, `-` or `*`.
  public char part() {
    return IndexLayout.PARTS.charAt(flags() >> IndexLayout.PART_SHIFT & IndexLayout.PART_MASK);
  }

  private int flags() {
    return file.criterionCell(row, 8);
  }
}
