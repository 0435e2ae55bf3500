package io.firmament.analysis.vex;

import io.firmament.base.Sha256;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/// A VEX document that was read: OpenVEX 0.2.0, CSAF 2.0 of the profile VEX, or CycloneDX 1.4 to
/// 1.7 in JSON.
///
/// @param id its own; of one that has none, its hash
/// @param author empty where it does not say
/// @param issuedAt when it was last changed
/// @param claims in its order
public record VexDocument(
    VexFormat format, String id, String author, Instant issuedAt, List<VexClaim> claims) {
  private static final int MOST_ERRORS = 20;
  private static final int MOST_TEXT = 500;

  public VexDocument {
    claims = List.copyOf(claims);
  }

  /// What became of a text.
  public sealed interface Outcome {}

  /// It is a document that can be used.
  public record Read(VexDocument document) implements Outcome {}

  /// It cannot be used.
  ///
  /// @param errors what is wrong, at most 20, each with the place as a JSON pointer where it has
  ///     one
  public record Refused(List<String> errors) implements Outcome {
    public Refused {
      errors =
          errors.stream()
              .limit(MOST_ERRORS)
              .map(e -> e.length() <= MOST_TEXT ? e : e.substring(0, MOST_TEXT) + "...")
              .toList();
    }
  }

  /// Reads a document of any of the formats; never throws for what it contains.
  public static Outcome parse(byte[] bytes) {
    Node root;
    try {
      root = Node.read(bytes);
    } catch (IOException e) {
      return new Refused(List.of("it is no JSON: " + firstLine(e)));
    }
    try {
      if (String.valueOf(root.at("@context").value()).startsWith("https://openvex.dev/ns")) {
        return new OpenVexReader(root).read();
      }
      if (!root.at("document").at("csaf_version").isMissing()) {
        return new CsafReader(root).read();
      }
      if ("CycloneDX".equals(root.at("bomFormat").value())) {
        return new CycloneDxVexReader(root, bytes).read();
      }
    } catch (Node.WrongException e) {
      return new Refused(List.of(e.text()));
    }
    return new Refused(List.of("it is neither OpenVEX nor CSAF nor CycloneDX"));
  }

  static String idOf(byte[] bytes) {
    return "sha256:" + Sha256.of(bytes).hex();
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
