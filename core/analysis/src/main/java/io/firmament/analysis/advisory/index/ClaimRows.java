package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.ProductVersions;
import java.util.List;

/// The claims about one product or package, sorted by vulnerability; every accessor reads the file.
///
/// @param first row of the CLAIMS section
public record ClaimRows(IndexFile file, int first, int count) {
  public int vulnerability(int at) {
    return file.claimCell(first + at, 0);
  }

  /// The first claim about the vulnerability; negative where there is none.
  public int find(int vulnerability) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (vulnerability(middle) < vulnerability) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < count && vulnerability(low) == vulnerability ? low : -1;
  }

  /// Under a key that begins with `m:`.
  public ProductVersions product(int at) {
    return file.read(file.claimCell(first + at, 1), ClaimCodec::product);
  }

  /// Under a key that begins with `p:`.
  public PackageVersions packageVersions(int at) {
    return file.read(file.claimCell(first + at, 1), ClaimCodec::packageVersions);
  }

  /// Under a key that begins with `d:`.
  public List<DistributionFact.Release> releases(int at) {
    return file.read(file.claimCell(first + at, 1), ClaimCodec::releases);
  }
}
