package io.firmament.analysis.advisory.index;

import io.firmament.base.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/// Compares two indexes: under which keys do they say different things?
///
/// Whatever a match is made of lies under a key that begins with one of the prefixes: criteria and
/// what makers say of a product, what advisories say of a package, what a distribution says of its
/// package, whether a distribution's release is in the index at all, and the facts of one
/// vulnerability.
public final class IndexComparison {
  /// Before `vendor:product`.
  public static final String PRODUCT = "c:";

  /// Before the distribution and its release, for example `debian-12`.
  public static final String RELEASE = "s:";

  /// Before the id of a vulnerability.
  public static final String VULNERABILITY = "v:";

  /// What a maker's claims are under in an index.
  private static final String MAKER = "m:";

  private final Set<String> changed = new HashSet<>();

  private IndexComparison() {}

  /// The keys under which the two say different things, or only one says anything.
  public static Set<String> changedKeys(IndexFile before, IndexFile after) {
    IndexComparison comparison = new IndexComparison();
    Digests old = new Digests(before);
    Digests now = new Digests(after);
    comparison.compare(
        PRODUCT,
        new Column(before.products(), before::key, old::product),
        new Column(after.products(), after::key, now::product));
    comparison.compare(
        VULNERABILITY,
        new Column(before.vulnerabilities(), row -> before.vulnerability(row).id(), old::facts),
        new Column(after.vulnerabilities(), row -> after.vulnerability(row).id(), now::facts));
    comparison.compare(
        "",
        new Column(before.claimKeys(), before::claimKey, old::claims),
        new Column(after.claimKeys(), after::claimKey, now::claims));
    Set<String> releases = new HashSet<>(before.manifest().distributions());
    for (String release : after.manifest().distributions()) {
      if (!releases.remove(release)) {
        releases.add(release);
      }
    }
    releases.forEach(release -> comparison.changed.add(RELEASE + release));
    return comparison.changed;
  }

  /// Rows that are sorted by key.
  private record Column(int rows, IntFunction<String> key, IntFunction<byte[]> digest) {}

  private void compare(String prefix, Column before, Column after) {
    int old = 0;
    int now = 0;
    while (old < before.rows() || now < after.rows()) {
      String left = old < before.rows() ? before.key().apply(old) : "";
      String right = now < after.rows() ? after.key().apply(now) : "";
      int order = now == after.rows() ? -1 : old == before.rows() ? 1 : compare(left, right);
      if (order != 0 || !Arrays.equals(before.digest().apply(old), after.digest().apply(now))) {
        add(prefix, order <= 0 ? left : right);
      }
      old += order <= 0 ? 1 : 0;
      now += order >= 0 ? 1 : 0;
    }
  }

  private void add(String prefix, String key) {
    changed.add(
        key.startsWith(MAKER) && prefix.isEmpty()
            ? PRODUCT + key.substring(MAKER.length())
            : prefix + key);
  }

  /// As the index sorts them.
  private static int compare(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /// Digests of what one index says, which do not depend on where in the file it says so.
  private static final class Digests {
    private static final int[] CRITERION_TEXTS = {3, 4, 5, 6, 7};
    private static final int[] FACT_TEXTS = {0, 1, 5, 6, 7, 10};
    private static final int[] FACT_NUMBERS = {4, 8, 9};

    private final IndexFile file;
    private final ByteBuffer number =
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /// By where they start: a tree stands behind each of its criteria.
    private final Map<Integer, byte[]> trees = new HashMap<>();

    Digests(IndexFile file) {
      this.file = file;
    }

    byte[] product(int key) {
      MessageDigest digest = Sha256.newDigest();
      int first = file.firstCriterion(key);
      int count = file.criterionCount(key);
      number(count, digest);
      for (int row = first; row < first + count; row++) {
        file.digestString(file.cveCell(file.criterionCell(row, 0), 0), digest);
        criterion(row, digest);
        int tree = file.criterionCell(row, 1);
        number(tree < 0 ? 0 : 1, digest);
        if (tree >= 0) {
          digest.update(trees.computeIfAbsent(tree, this::tree));
          // Which of the tree's leaves it is decides what it is compared with.
          number(leaf(tree, row), digest);
        }
      }
      return digest.digest();
    }

    private void criterion(int row, MessageDigest digest) {
      for (int cell : CRITERION_TEXTS) {
        file.digestString(file.criterionCell(row, cell), digest);
      }
      number(file.criterionCell(row, 8), digest);
    }

    private byte[] tree(int root) {
      MessageDigest digest = Sha256.newDigest();
      int at = root;
      for (int left = 1; left > 0; left--) {
        ConditionToken token = file.condition(at++);
        if (token.isCriterion()) {
          number(0, digest);
          file.digestString(file.keyPlace(file.criterionCell(token.criterion(), 2)), digest);
          criterion(token.criterion(), digest);
        } else {
          number(token.bits(), digest);
          left += token.children();
        }
      }
      return digest.digest();
    }

    /// The number of the criterion among the leaves of its tree; negative where it is none.
    private int leaf(int root, int row) {
      int at = root;
      int leaves = 0;
      for (int left = 1; left > 0; left--) {
        ConditionToken token = file.condition(at++);
        if (!token.isCriterion()) {
          left += token.children();
        } else if (token.criterion() == row) {
          return leaves;
        } else {
          leaves++;
        }
      }
      return -1;
    }

    byte[] claims(int key) {
      MessageDigest digest = Sha256.newDigest();
      ClaimRows rows = file.claimsUnder(key);
      number(rows.count(), digest);
      for (int i = 0; i < rows.count(); i++) {
        file.digestString(file.cveCell(rows.vulnerability(i), 0), digest);
        file.digestBlob(file.claimCell(rows.first() + i, 1), digest);
      }
      return digest.digest();
    }

    byte[] facts(int row) {
      MessageDigest digest = Sha256.newDigest();
      for (int cell : FACT_TEXTS) {
        file.digestString(file.cveCell(row, cell), digest);
      }
      for (int cell : FACT_NUMBERS) {
        number(file.cveCell(row, cell), digest);
      }
      number(file.cveCell(row, 3), digest);
      file.digestDescription(file.cveCell(row, 2), file.cveCell(row, 3), digest);
      file.digestBlob(file.cveCell(row, 11), digest);
      return digest.digest();
    }

    private void number(int value, MessageDigest digest) {
      number.clear().putInt(value).flip();
      digest.update(number);
    }
  }
}
