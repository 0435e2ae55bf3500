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

  public String update() {
    return file.string(file.criterionCell(row, 4));
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
    return file.string(file.criterionCell(row, 7));
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
