package io.firmament.tuf.repository;

import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleKeys;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufKey;
import io.firmament.tuf.TufTime;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The part of a ceremony that happens where the key is, on a machine without a network: it makes a
/// key, shows what a document says, and signs it. What is printed is carried back and submitted.
///
/// Exit codes: 0 done, 1 a file cannot be used, 2 wrong usage.
public final class CeremonyMain {
  private static final int UNUSABLE_FILE = 1;
  private static final int WRONG_USAGE = 2;
  private static final String USAGE =
      """
      usage: tuf-ceremony key KEY-FILE             the public key, made if there is none yet
             tuf-ceremony show DOCUMENT            what it says, and its digest to compare
             tuf-ceremony sign DOCUMENT KEY-FILE DIGEST
                                                   the signature, if the digest is the document's
      """;

  private final PrintStream out;
  private final PrintStream errors;

  CeremonyMain(PrintStream out, PrintStream errors) {
    this.out = out;
    this.errors = errors;
  }

  public static void main(String[] arguments) {
    int code = new CeremonyMain(System.out, System.err).run(arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  /// Runs a command.
  ///
  /// @return the exit code
  int run(String... arguments) {
    String command = arguments.length == 0 ? "" : arguments[0];
    try {
      switch (command + " " + arguments.length) {
        case "key 2" -> key(Path.of(arguments[1]));
        case "show 2" -> show(Files.readAllBytes(Path.of(arguments[1])));
        case "sign 4" -> {
          return sign(Files.readAllBytes(Path.of(arguments[1])), arguments[2], arguments[3]);
        }
        default -> {
          errors.print(USAGE);
          return WRONG_USAGE;
        }
      }
      return 0;
    } catch (IOException | TufException e) {
      errors.println("tuf-ceremony: " + e.getMessage());
      return UNUSABLE_FILE;
    }
  }

  private void key(Path file) throws IOException {
    TufKey key = Signers.keyOf(SoftwareSigner.inFile(file));
    errors.println("key id " + key.id());
    print(key.json());
  }

  private int sign(byte[] document, String keyFile, String digest)
      throws IOException, TufException {
    if (!SigningRequest.digest(document).equals(digest)) {
      errors.println(
          "tuf-ceremony: not signed; the document's digest is " + SigningRequest.digest(document));
      return UNUSABLE_FILE;
    }
    if (!Files.exists(Path.of(keyFile))) {
      errors.println("tuf-ceremony: there is no key " + keyFile);
      return UNUSABLE_FILE;
    }
    print(SigningRequest.sign(document, SoftwareSigner.inFile(Path.of(keyFile))).json());
    return 0;
  }

  private void show(byte[] document) throws TufException {
    Metadata<?> metadata = SigningRequest.read(document);
    Role role = metadata.signed();
    switch (role) {
      case Root root -> {
        out.println("root version " + root.version());
        root.roles().forEach(this::show);
      }
      case Targets targets -> {
        out.println("targets version " + targets.version());
        out.println("  lists " + targets.targets().size() + " targets of its own");
        targets
            .delegations()
            .ifPresent(all -> all.roles().forEach(each -> show(each.name(), each.roleKeys())));
      }
      default -> throw new IllegalStateException("read takes root and targets only");
    }
    out.println("  expires " + TufTime.format(role.expires()));
    out.println("  signed so far by " + metadata.signatures().size() + " keys");
    out.println("digest " + SigningRequest.digest(document));
  }

  private void show(String name, RoleKeys keys) {
    out.println("  " + name + ": " + keys.threshold() + " of " + keys.keyIds().size());
    keys.keyIds().forEach(keyId -> out.println("    " + keyId));
  }

  private void print(Json.Obj json) {
    out.println(new String(json.toBytes(), StandardCharsets.UTF_8));
  }
}
