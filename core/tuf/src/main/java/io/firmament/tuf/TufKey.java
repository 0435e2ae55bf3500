package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A public key of metadata (KEY of 4.2): Ed25519, ECDSA on P-256, or RSA-PSS.
///
/// A key of a type or form that is not known here is kept and never verifies anything: a repository
/// may list keys that only newer clients know, as long as the threshold is met without them.
public final class TufKey {
  private static final String ED25519 = "ed25519";
  private static final String ECDSA = "ecdsa";
  private static final String ECDSA_P256 = "ecdsa-sha2-nistp256";
  private static final String RSA = "rsa";
  private static final String RSA_PSS = "rsassa-pss-sha256";

  private static final byte[] ED25519_SPKI_PREFIX =
      HexFormat.of().parseHex("302a300506032b6570032100");
  private static final int ED25519_KEY_BYTES = 32;
  private static final Pattern PEM =
      Pattern.compile(
          "\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]{1,8192})-----END PUBLIC KEY-----\\s*");

  /// 4.2: "All RSA keys MUST be at least 2048 bits"; the upper bounds keep verification cheap.
  private static final int RSA_MIN_BITS = 2048;

  private static final int RSA_MAX_BITS = 8192;
  private static final int RSA_MAX_EXPONENT_BITS = 32;
  private static final int SHA256_BYTES = 32;

  private final Json.Obj json;
  private final String scheme;
  private final String id;
  private final @Nullable PublicKey publicKey;

  private TufKey(Json.Obj json, String scheme, @Nullable PublicKey publicKey) {
    this.json = json;
    this.scheme = scheme;
    this.publicKey = publicKey;
    this.id = Hashes.sha256(CanonicalJson.encode(json));
  }

  /// Reads a KEY object.
  ///
  /// @throws TufException where a member is missing
  public static TufKey read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "4.2", "key");
    String keyType = fields.text("keytype");
    String scheme = fields.text("scheme");
    Json.Obj keyval = fields.object("keyval");
    return new TufKey(json, scheme, material(keyType, scheme, keyval));
  }

  /// The key as metadata lists it.
  ///
  /// @throws IllegalArgumentException for a key that TUF has no scheme for here
  public static TufKey of(PublicKey key) {
    Json.Obj json =
        switch (key) {
          case EdECPublicKey ed -> {
            byte[] spki = ed.getEncoded();
            byte[] raw = Arrays.copyOfRange(spki, ED25519_SPKI_PREFIX.length, spki.length);
            yield json(ED25519, ED25519, HexFormat.of().formatHex(raw));
          }
          case ECPublicKey ec -> json(ECDSA, ECDSA_P256, pem(ec));
          case RSAPublicKey rsa -> json(RSA, RSA_PSS, pem(rsa));
          default -> throw new IllegalArgumentException("no TUF scheme for " + key.getAlgorithm());
        };
    try {
      TufKey result = read(json);
      if (result.publicKey == null) {
        throw new IllegalArgumentException("a key that TUF clients would not take");
      }
      return result;
    } catch (TufException e) {
      throw new IllegalStateException("a key of ours can be read", e);
    }
  }

  private static Json.Obj json(String keyType, String scheme, String material) {
    return Json.Obj.EMPTY
        .with("keytype", keyType)
        .with("scheme", scheme)
        .with("keyval", Json.Obj.EMPTY.with("public", material));
  }

  private static String pem(PublicKey key) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(key.getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
  }

  /// KEYID (4.2): the SHA-256 of the canonical form of the key, with the members that are not known
  /// here.
  public String id() {
    return id;
  }

  /// Whether the id is this key's (4.3: "Clients MUST calculate each KEYID to verify this is
  /// correct for the associated key"). Both readings of "the canonical form of the key" count: the
  /// whole object, and the three members that 4.2 defines, which is how some signers calculate it.
  public boolean isIdentifiedBy(String keyId) {
    if (keyId.equals(id)) {
      return true;
    }
    Json.Obj defined = Json.Obj.EMPTY;
    for (String name : List.of("keytype", "scheme", "keyval")) {
      Json value = json.get(name);
      if (value != null) {
        defined = defined.with(name, value);
      }
    }
    return keyId.equals(Hashes.sha256(CanonicalJson.encode(defined)));
  }

  /// How it signs, as metadata names it: `ecdsa-sha2-nistp256`.
  public String scheme() {
    return scheme;
  }

  /// The key as it stands in metadata.
  public Json.Obj json() {
    return json;
  }

  /// What tells this key from others whatever its id and notation; empty for one of no known type,
  /// which verifies nothing.
  public Optional<String> identity() {
    return publicKey == null
        ? Optional.empty()
        : Optional.of(HexFormat.of().formatHex(publicKey.getEncoded()));
  }

  /// Whether the signature over the message is this key's. Any bytes whatever may be given as
  /// signature.
  public boolean verifies(byte[] message, byte[] signature) {
    PublicKey key = publicKey;
    if (key == null) {
      return false;
    }
    return switch (scheme) {
      case ED25519 -> verifies("Ed25519", key, null, message, signature);
      case ECDSA_P256 -> verifies("SHA256withECDSA", key, null, message, signature);
      case RSA_PSS -> verifiesPss((RSAPublicKey) key, message, signature);
      default -> false;
    };
  }

  /// RFC 8017 9.1.2 leaves the length of the salt to the signer: some take the digest's, some the
  /// longest that fits.
  private static boolean verifiesPss(RSAPublicKey key, byte[] message, byte[] signature) {
    int longest = (key.getModulus().bitLength() + 6) / 8 - SHA256_BYTES - 2;
    for (int salt : List.of(SHA256_BYTES, longest)) {
      PSSParameterSpec parameters =
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1);
      if (verifies("RSASSA-PSS", key, parameters, message, signature)) {
        return true;
      }
    }
    return false;
  }

  private static boolean verifies(
      String algorithm,
      PublicKey key,
      @Nullable PSSParameterSpec parameters,
      byte[] message,
      byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(algorithm);
      if (parameters != null) {
        verifier.setParameter(parameters);
      }
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static @Nullable PublicKey material(String keyType, String scheme, Json.Obj keyval)
      throws TufException {
    if (!(keyval.get("public") instanceof Json.Text(String text))) {
      return null;
    }
    try {
      return switch (scheme) {
        case ED25519 -> keyType.equals(ED25519) ? ed25519(text) : null;
        case ECDSA_P256 -> keyType.equals(ECDSA) || keyType.equals(ECDSA_P256) ? ecdsa(text) : null;
        case RSA_PSS -> keyType.equals(RSA) ? rsa(text) : null;
        default -> null;
      };
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  private static PublicKey ed25519(String hex) throws GeneralSecurityException {
    byte[] raw = HexFormat.of().parseHex(hex);
    if (raw.length != ED25519_KEY_BYTES) {
      throw new IllegalArgumentException("an Ed25519 key has 32 bytes");
    }
    byte[] spki = new byte[ED25519_SPKI_PREFIX.length + raw.length];
    System.arraycopy(ED25519_SPKI_PREFIX, 0, spki, 0, ED25519_SPKI_PREFIX.length);
    System.arraycopy(raw, 0, spki, ED25519_SPKI_PREFIX.length, raw.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
  }

  private static @Nullable PublicKey ecdsa(String pem) throws GeneralSecurityException {
    ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spki(pem));
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    ECParameterSpec p256 = parameters.getParameterSpec(ECParameterSpec.class);
    boolean same =
        key.getParams().getCurve().equals(p256.getCurve())
            && key.getParams().getGenerator().equals(p256.getGenerator())
            && key.getParams().getOrder().equals(p256.getOrder());
    return same ? key : null;
  }

  private static @Nullable PublicKey rsa(String pem) throws GeneralSecurityException {
    RSAPublicKey key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spki(pem));
    int bits = key.getModulus().bitLength();
    BigInteger exponent = key.getPublicExponent();
    boolean usable =
        bits >= RSA_MIN_BITS
            && bits <= RSA_MAX_BITS
            && exponent.bitLength() <= RSA_MAX_EXPONENT_BITS
            && exponent.testBit(0)
            && exponent.compareTo(BigInteger.ONE) > 0;
    return usable ? key : null;
  }

  private static X509EncodedKeySpec spki(String pem) {
    Matcher matcher = PEM.matcher(pem);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no PEM public key");
    }
    return new X509EncodedKeySpec(
        Base64.getDecoder().decode(matcher.group(1).replaceAll("\\s", "")));
  }

  /// The keys of a KEYS object, by the id they are listed under. One whose id is not its own is
  /// left out: it verifies nothing, as if it were not there.
  static Map<String, TufKey> readAll(Json.Obj keys) throws TufException {
    Map<String, TufKey> result = new LinkedHashMap<>();
    for (Map.Entry<String, Json> entry : keys.members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Obj json)) {
        throw new TufException(Reason.MALFORMED, "4.2", "a key that is no object");
      }
      TufKey key = read(json);
      if (key.isIdentifiedBy(entry.getKey())) {
        result.put(entry.getKey(), key);
      }
    }
    return Collections.unmodifiableMap(result);
  }
}
