package io.firmament.analysis.advisory;

import io.firmament.base.Sha256;
import java.util.List;

/// What a build of the index read and wrote.
///
/// @param vulnerabilities how many are in the index
/// @param criteria how many product criteria they have in all
/// @param products how many distinct vendor and product pairs
/// @param sha256 of the file
public record BuildReport(
    List<Feed> feeds,
    int vulnerabilities,
    int criteria,
    int products,
    long sizeBytes,
    Sha256 sha256) {
  public BuildReport {
    feeds = List.copyOf(feeds);
  }

  /// What one feed gave.
  ///
  /// @param name the file's name
  /// @param kind `nvd`, `kev`, `facts` or `unknown`
  /// @param records how many records were taken
  /// @param malformed how many could not be read
  /// @param whole false where the feed breaks off or is no feed at all
  /// @param problems the first few reasons
  public record Feed(
      String name, String kind, int records, int malformed, boolean whole, List<String> problems) {
    public Feed {
      problems = List.copyOf(problems);
    }
  }
}
