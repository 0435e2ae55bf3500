package io.firmament.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// As much of KMS as signs and wraps data keys: keys that are made here and never leave, behind the
/// JSON protocol of AWS (`X-Amz-Target`, `application/x-amz-json-1.1`), with the limits and
/// refusals of KMS.
final class KmsServer implements AutoCloseable {
  private static final int MAX_RAW_MESSAGE = 4096;
  private static final int DIGEST_BYTES = 32;

  /// DigestInfo of SHA-256 before the digest itself (RFC 8017 section 9.2, note 1).
  private static final byte[] SHA256_INFO = {
    0x30,
    0x31,
    0x30,
    0x0d,
    0x06,
    0x09,
    0x60,
    (byte) 0x86,
    0x48,
    0x01,
    0x65,
    0x03,
    0x04,
    0x02,
    0x01,
    0x05,
    0x00,
    0x04,
    0x20
  };

  private final HttpServer http;
  private final Map<String, Key> keys = new ConcurrentHashMap<>();
  private final Map<String, String> aliases = new ConcurrentHashMap<>();
  private final Set<String> doomed = ConcurrentHashMap.newKeySet();
  private final Set<String> disabled = ConcurrentHashMap.newKeySet();
  private final KmsSecrets secrets = new KmsSecrets();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  /// What a key is for, and the one signing algorithm that it takes here.
  private record Key(String spec, String algorithm, KeyPair pair) {}

  /// An error as KMS names it.
  static final class Refused extends Exception {
    private final String type;

    Refused(String type, String message) {
      super(message);
      this.type = type;
    }
  }

  private KmsServer(HttpServer http) {
    this.http = http;
  }

  static KmsServer start() throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    KmsServer server = new KmsServer(http);
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  /// The operations that were called, in order.
  List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public void close() {
    http.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String target = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
    String operation = target.substring(target.indexOf('.') + 1);
    calls.add(operation);
    int status = 200;
    Map<String, Object> answer;
    try {
      answer = answer(operation, exchange.getRequestBody().readAllBytes());
    } catch (Refused refused) {
      status = 400;
      answer = Map.of("__type", refused.type, "message", String.valueOf(refused.getMessage()));
    } catch (GeneralSecurityException e) {
      status = 500;
      answer = Map.of("__type", "KMSInternalException", "message", e.toString());
    }
    byte[] body = Jsonb.instance().type(Object.class).toJsonBytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private Map<String, Object> answer(String operation, byte[] body)
      throws GeneralSecurityException, Refused {
    Map<String, Object> request =
        Jsonb.instance()
            .type(Object.class)
            .map()
            .fromJson(new String(body, StandardCharsets.UTF_8));
    return switch (operation) {
      case "CreateKey" -> createKey(text(request, "KeySpec"));
      case "CreateAlias" -> createAlias(text(request, "AliasName"), text(request, "TargetKeyId"));
      case "DeleteAlias" -> deleteAlias(text(request, "AliasName"));
      case "DisableKey" -> disable(text(request, "KeyId"), true);
      case "EnableKey" -> disable(text(request, "KeyId"), false);
      case "ScheduleKeyDeletion" -> scheduleDeletion(text(request, "KeyId"));
      case "GetPublicKey" -> publicKey(text(request, "KeyId"));
      case "Sign" -> sign(request);
      case "GenerateDataKey", "Encrypt", "Decrypt" -> secrets.answer(operation, request);
      default -> throw new Refused("UnsupportedOperationException", operation);
    };
  }

  private Map<String, Object> createKey(String spec) throws GeneralSecurityException, Refused {
    if (spec.equals("SYMMETRIC_DEFAULT")) {
      return secrets.createKey();
    }
    String id = UUID.randomUUID().toString();
    switch (spec) {
      case "RSA_2048" ->
          keys.put(id, new Key(spec, "RSASSA_PKCS1_V1_5_SHA_256", pair("RSA", 2048)));
      case "ECC_NIST_P256" -> keys.put(id, new Key(spec, "ECDSA_SHA_256", pair("EC", 256)));
      case "ECC_NIST_EDWARDS25519" ->
          keys.put(id, new Key(spec, "ED25519_SHA_512", pair("Ed25519", 255)));
      default -> throw new Refused("ValidationException", "no such key spec: " + spec);
    }
    return Map.of("KeyMetadata", Map.of("KeyId", id, "KeySpec", spec, "KeyUsage", "SIGN_VERIFY"));
  }

  private Map<String, Object> createAlias(String alias, String id) throws Refused {
    if (!alias.matches("alias/[a-zA-Z0-9/_-]{1,250}")) {
      throw new Refused("ValidationException", "no alias can be " + alias);
    }
    known(id);
    if (aliases.putIfAbsent(alias, id) != null) {
      throw new Refused("AlreadyExistsException", "An alias with the name exists already");
    }
    return Map.of();
  }

  private Map<String, Object> deleteAlias(String alias) throws Refused {
    if (aliases.remove(alias) == null) {
      throw new Refused("NotFoundException", "Alias " + alias + " is not found.");
    }
    return Map.of();
  }

  private Map<String, Object> disable(String id, boolean yes) throws Refused {
    known(id);
    if (yes) {
      disabled.add(id);
    } else {
      disabled.remove(id);
    }
    return Map.of();
  }

  private Map<String, Object> scheduleDeletion(String id) throws Refused {
    known(id);
    doomed.add(id);
    return Map.of("KeyId", id, "KeyState", "PendingDeletion");
  }

  /// Ids of the keys that are not to be deleted.
  Set<String> enabled() {
    Set<String> enabled = new HashSet<>(keys.keySet());
    enabled.removeAll(doomed);
    return enabled;
  }

  private Map<String, Object> publicKey(String id) throws Refused {
    Key key = key(id);
    return Map.of(
        "KeyId", aliases.getOrDefault(id, id),
        "KeySpec", key.spec(),
        "SigningAlgorithms", List.of(key.algorithm()),
        "PublicKey", Base64.getEncoder().encodeToString(key.pair().getPublic().getEncoded()));
  }

  private Map<String, Object> sign(Map<String, Object> request)
      throws GeneralSecurityException, Refused {
    Key key = key(text(request, "KeyId"));
    if (!key.algorithm().equals(text(request, "SigningAlgorithm"))) {
      throw new Refused("InvalidKeyUsageException", "the key does not sign by this algorithm");
    }
    byte[] message = Base64.getDecoder().decode(text(request, "Message"));
    boolean digest = text(request, "MessageType").equals("DIGEST");
    if (digest && edwards(key)) {
      throw new Refused("ValidationException", "ED25519_SHA_512 takes the MessageType RAW only");
    }
    if (digest && message.length != DIGEST_BYTES) {
      throw new Refused("ValidationException", "Digest is invalid length for algorithm");
    }
    if (!digest && message.length > MAX_RAW_MESSAGE) {
      throw new Refused("ValidationException", "message has more than 4096 bytes");
    }
    byte[] signature = digest ? signDigest(key, message) : signMessage(key, message);
    return Map.of(
        "KeyId", text(request, "KeyId"),
        "SigningAlgorithm", key.algorithm(),
        "Signature", Base64.getEncoder().encodeToString(signature));
  }

  private static byte[] signMessage(Key key, byte[] message) throws GeneralSecurityException {
    if (edwards(key)) {
      return signed(key, "Ed25519", message);
    }
    return signed(key, rsa(key) ? "SHA256withRSA" : "SHA256withECDSA", message);
  }

  private static byte[] signDigest(Key key, byte[] digest) throws GeneralSecurityException {
    if (!rsa(key)) {
      return signed(key, "NONEwithECDSA", digest);
    }
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    info.writeBytes(SHA256_INFO);
    info.writeBytes(digest);
    return signed(key, "NONEwithRSA", info.toByteArray());
  }

  private static byte[] signed(Key key, String algorithm, byte[] input)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key.pair().getPrivate());
    signature.update(input);
    return signature.sign();
  }

  private static boolean edwards(Key key) {
    return key.spec().equals("ECC_NIST_EDWARDS25519");
  }

  private static boolean rsa(Key key) {
    return key.spec().startsWith("RSA");
  }

  /// A key that can be used.
  private Key key(String idOrAlias) throws Refused {
    Key key = known(idOrAlias);
    String id = aliases.getOrDefault(idOrAlias, idOrAlias);
    if (doomed.contains(id)) {
      throw new Refused("KMSInvalidStateException", id + " is pending deletion.");
    }
    if (disabled.contains(id)) {
      throw new Refused("DisabledException", id + " is disabled.");
    }
    return key;
  }

  private Key known(String idOrAlias) throws Refused {
    Key key = keys.get(aliases.getOrDefault(idOrAlias, idOrAlias));
    if (key == null) {
      throw new Refused("NotFoundException", "Key '" + idOrAlias + "' does not exist");
    }
    return key;
  }

  static String text(Map<String, Object> request, String field) throws Refused {
    if (request.get(field) instanceof String text) {
      return text;
    }
    throw new Refused("ValidationException", field + " is missing");
  }

  private static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return generator.generateKeyPair();
  }
}
