package io.firmament.aws;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The symmetric keys of [KmsServer]: data keys, wrapped for an encryption context.
final class KmsSecrets {
  private static final int NONCE = 12;
  private static final int ID = 36;

  private final Map<String, byte[]> keys = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  Map<String, Object> createKey() {
    String id = UUID.randomUUID().toString();
    keys.put(id, bytes(32));
    return Map.of(
        "KeyMetadata",
        Map.of("KeyId", id, "KeySpec", "SYMMETRIC_DEFAULT", "KeyUsage", "ENCRYPT_DECRYPT"));
  }

  Map<String, Object> answer(String operation, Map<String, Object> request)
      throws GeneralSecurityException, KmsServer.Refused {
    String id = KmsServer.text(request, "KeyId");
    byte[] key = keys.get(id);
    if (key == null) {
      throw new KmsServer.Refused("NotFoundException", "Key '" + id + "' does not exist");
    }
    byte[] context =
        new TreeMap<>((Map<?, ?>) request.getOrDefault("EncryptionContext", Map.of()))
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    return switch (operation) {
      case "Decrypt" -> decrypt(id, key, context, KmsServer.text(request, "CiphertextBlob"));
      case "Encrypt" -> {
        byte[] plain = Base64.getDecoder().decode(KmsServer.text(request, "Plaintext"));
        yield Map.of("KeyId", id, "CiphertextBlob", seal(id, key, context, plain));
      }
      default -> generate(id, key, context);
    };
  }

  private Map<String, Object> generate(String id, byte[] key, byte[] context)
      throws GeneralSecurityException {
    byte[] plain = bytes(32);
    return Map.of(
        "KeyId", id,
        "Plaintext", Base64.getEncoder().encodeToString(plain),
        "CiphertextBlob", seal(id, key, context, plain));
  }

  private String seal(String id, byte[] key, byte[] context, byte[] plain)
      throws GeneralSecurityException {
    byte[] nonce = bytes(NONCE);
    byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(plain);
    ByteBuffer blob = ByteBuffer.allocate(ID + NONCE + sealed.length);
    blob.put(id.getBytes(StandardCharsets.US_ASCII)).put(nonce).put(sealed);
    return Base64.getEncoder().encodeToString(blob.array());
  }

  private static Map<String, Object> decrypt(String id, byte[] key, byte[] context, String blob)
      throws GeneralSecurityException, KmsServer.Refused {
    byte[] bytes = Base64.getDecoder().decode(blob);
    if (bytes.length < ID + NONCE) {
      throw new KmsServer.Refused("InvalidCiphertextException", "too short");
    }
    if (!new String(bytes, 0, ID, StandardCharsets.US_ASCII).equals(id)) {
      throw new KmsServer.Refused("IncorrectKeyException", "wrapped by another key");
    }
    byte[] nonce = Arrays.copyOfRange(bytes, ID, ID + NONCE);
    try {
      byte[] plain =
          cipher(Cipher.DECRYPT_MODE, key, nonce, context)
              .doFinal(bytes, ID + NONCE, bytes.length - ID - NONCE);
      return Map.of("KeyId", id, "Plaintext", Base64.getEncoder().encodeToString(plain));
    } catch (AEADBadTagException e) {
      throw new KmsServer.Refused("InvalidCiphertextException", "does not open");
    }
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(context);
    return cipher;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
