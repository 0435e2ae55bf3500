package io.firmament.analysis.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.analysis.cache.MemoryBlobCache;
import io.firmament.analysis.cache.Reuse;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;

/// What the inspection says of a tree that a test made.
public final class Inspected {
  public static final LocalDate TODAY = LocalDate.of(2026, 11, 23);

  private Inspected() {}

  /// The findings; the same when everything is known already, of which nothing is looked at again.
  public static List<Issue> all(MemoryTree tree) {
    List<Issue> cold = Inspection.standard().inspect(tree, TODAY);
    MemoryBlobCache cache = new MemoryBlobCache(1 << 24);
    Inspection.standard().inspect(tree, TODAY, new Reuse(cache, "tenant"));
    Reuse known = new Reuse(cache, "tenant");
    assertEquals(cold, Inspection.standard().inspect(tree, TODAY, known));
    assertEquals(0, known.counts().looked());
    return cold;
  }

  /// The findings of one rule.
  public static List<Issue> by(String rule, MemoryTree tree) {
    return all(tree).stream().filter(issue -> issue.rule().equals(rule)).toList();
  }

  /// The one finding of a rule.
  public static Issue only(String rule, MemoryTree tree) {
    List<Issue> issues = by(rule, tree);
    assertEquals(1, issues.size(), issues::toString);
    return issues.getFirst();
  }

  /// A fixture that lies beside this class.
  public static byte[] fixture(String name) {
    try (InputStream in = Inspected.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String pem(String label, byte[] content) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
