package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.ProtoReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The init packet that a boot loader of Nordic Semiconductor takes before an image (`Packet` of
/// dfu-cc.proto): a command, alone or signed.
///
/// @param signature of the packet; `none` where it is not signed
/// @param digest of the image, as the packet has it
/// @param validation how the boot loader checks the image at each start; empty where it does not
record NordicInitPacket(
    String signature,
    String hash,
    byte[] digest,
    String version,
    String type,
    boolean debug,
    String validation) {
  private static final List<String> SIGNATURES = List.of("ecdsa-p256-sha256", "ed25519");
  private static final List<String> HASHES =
      List.of("none", "CRC-32", "SHA-1", "SHA-256", "SHA-512");
  private static final List<String> TYPES =
      List.of("application", "softdevice", "bootloader", "softdevice and bootloader", "external");
  private static final List<String> VALIDATIONS =
      List.of("none", "CRC-32", "SHA-256", "ecdsa-p256-sha256");
  private static final int LONGEST_DIGEST = 64;
  private static final int MOST_FIELDS = 100;

  static NordicInitPacket of(ByteSource packet) throws IOException {
    Fields fields = new Fields(packet);
    ByteSource signed = fields.message(2);
    if (signed == null) {
      return command(fields.required(1), "none");
    }
    Fields outer = new Fields(signed);
    if (outer.required(3).size() == 0) {
      throw new CorruptException("a signature without bytes");
    }
    return command(outer.required(1), name(SIGNATURES, outer.number(2)));
  }

  private static NordicInitPacket command(ByteSource command, String signature) throws IOException {
    Fields init = new Fields(new Fields(command).required(2));
    Fields hash = new Fields(init.required(8));
    ByteSource digest = hash.required(2);
    ByteSource validation = init.message(10);
    return new NordicInitPacket(
        signature,
        name(HASHES, hash.number(1)),
        Binary.upTo(digest, 0, LONGEST_DIGEST),
        Long.toString(init.number(1)),
        name(TYPES, init.number(4)),
        init.number(9) != 0,
        validation == null ? "" : name(VALIDATIONS, new Fields(validation).number(1)));
  }

  private static String name(List<String> names, long number) {
    return number >= 0 && number < names.size()
        ? names.get((int) number)
        : "unknown (" + number + ")";
  }

  /// @param firmware the image
  Map<String, String> facts(byte[] firmware) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("signature", signature);
    facts.put("hash", hash);
    if (hash.startsWith("SHA-")) {
      facts.put("digest", NordicPackage.matches(hash, digest, firmware) ? "ok" : "wrong");
    }
    facts.put("version", version);
    facts.put("type", type);
    if (debug) {
      facts.put("debug", "true");
    }
    if (!validation.isEmpty()) {
      facts.put("bootValidation", validation);
    }
    return facts;
  }

  /// The fields of one message, the first of each number.
  private static final class Fields {
    private final Map<Integer, ProtoReader.Field> fields = new TreeMap<>();

    Fields(ByteSource message) throws IOException {
      ProtoReader reader = new ProtoReader(message);
      for (int i = 0; reader.hasNext() && i < MOST_FIELDS; i++) {
        ProtoReader.Field field = reader.next();
        fields.putIfAbsent(field.number(), field);
      }
    }

    long number(int number) {
      ProtoReader.Field field = fields.get(number);
      return field == null ? 0 : field.value();
    }

    @org.jspecify.annotations.Nullable
    ByteSource message(int number) {
      ProtoReader.Field field = fields.get(number);
      return field == null ? null : field.bytes();
    }

    ByteSource required(int number) throws CorruptException {
      ByteSource message = message(number);
      if (message == null) {
        throw new CorruptException("no field " + number);
      }
      return message;
    }
  }
}
