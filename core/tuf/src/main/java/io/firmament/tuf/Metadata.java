package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A metadata file: what a role says, and the signatures over it (4.2). That it could be read means
/// nothing yet; [RoleKeys#verify] says whether it can be trusted.
///
/// @param document the whole file, with members that are not known here
public record Metadata<R extends Role>(
    R signed, List<RoleSignature> signatures, Json.Obj document) {
  public Metadata {
    signatures = List.copyOf(signatures);
  }

  public static Metadata<Root> root(byte[] file) throws TufException {
    return read(file, Root::read);
  }

  public static Metadata<Timestamp> timestamp(byte[] file) throws TufException {
    return read(file, Timestamp::read);
  }

  public static Metadata<Snapshot> snapshot(byte[] file) throws TufException {
    return read(file, Snapshot::read);
  }

  /// Top-level or delegated targets: their files are alike.
  public static Metadata<Targets> targets(byte[] file) throws TufException {
    return read(file, Targets::read);
  }

  /// What the director says to a device.
  public static Metadata<DeviceAssignment> assignment(byte[] file) throws TufException {
    return read(file, DeviceAssignment::read);
  }

  private static <R extends Role> Metadata<R> read(byte[] file, Reader<R> reader)
      throws TufException {
    Json.Obj document = JsonReader.readObject(file);
    Fields fields = new Fields(document, "4.2", "metadata");
    List<RoleSignature> signatures = new ArrayList<>();
    Set<String> keyIds = new HashSet<>();
    for (Json.Obj entry : fields.objects("signatures")) {
      RoleSignature signature = RoleSignature.read(entry);
      if (!keyIds.add(signature.keyId())) {
        throw new TufException(
            Reason.MALFORMED, "4.2", "two signatures with the same key id are not allowed");
      }
      signatures.add(signature);
    }
    return new Metadata<>(reader.read(fields.object("signed")), signatures, document);
  }

  /// Metadata that nobody has signed yet.
  public static <R extends Role> Metadata<R> unsigned(R signed) {
    Json.Obj document =
        Json.Obj.EMPTY.with("signatures", new Json.Arr(List.of())).with("signed", signed.json());
    return new Metadata<>(signed, List.of(), document);
  }

  /// This metadata with one more signature, in the place of an older one of the same key.
  public Metadata<R> with(RoleSignature signature) {
    List<RoleSignature> all = new ArrayList<>(signatures);
    all.removeIf(other -> other.keyId().equals(signature.keyId()));
    all.add(signature);
    List<Json> entries = new ArrayList<>();
    all.forEach(entry -> entries.add(entry.json()));
    return new Metadata<>(signed, all, document.with("signatures", new Json.Arr(entries)));
  }

  /// What is signed: the canonical form of `signed`.
  public byte[] signedBytes() {
    return CanonicalJson.encode(signed.json());
  }

  /// The file to publish.
  public byte[] toBytes() {
    return document.toBytes();
  }

  /// Reads what a role says.
  private interface Reader<R> {
    R read(Json.Obj signed) throws TufException;
  }
}
