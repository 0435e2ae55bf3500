package io.firmament.edge;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.IdentityProblem;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.TokenSigner;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Issues and verifies the two tokens of the three-step login: JWTs (RFC 7519) signed by RS256 with
/// a key each, so that an id token never passes as a tenant token.
public final class Tokens {
  /// The issuer that clients of the API expect, wherever the platform runs.
  public static final String ISSUER = "https://www.onekey.com/";

  /// Who may ask for tokens.
  public static final Set<String> CLIENTS =
      Set.of("ONEKEY Python SDK", "web", "firmament-cli", "firmament-console");

  static final Duration ID_TOKEN_LIFE = Duration.ofHours(12);
  static final Duration TENANT_TOKEN_LIFE = Duration.ofMinutes(30);
  // Clients whose clock is behind ours refuse a token from the future.
  static final Duration BACKDATED = Duration.ofSeconds(30);

  private static final String TENANTS = ISSUER + "tenants";
  private static final String USER = "user_id";
  private static final String TENANT = "tenant_id";

  private final TokenSigner idKey;
  private final TokenSigner tenantKey;
  private final Clock clock;

  public Tokens(TokenSigner idKey, TokenSigner tenantKey, Clock clock) {
    this.idKey = idKey;
    this.tenantKey = tenantKey;
    this.clock = clock;
  }

  /// Who asks, through what.
  ///
  /// @param email as typed, case included: clients compare it with `sub`
  /// @param nonce given back as it came
  public record Subject(UserId user, String email, String clientId, String nonce) {
    public Subject {
      if (!CLIENTS.contains(clientId)) {
        throw IdentityProblem.UNKNOWN_CLIENT.with();
      }
    }
  }

  /// What a verified id token says.
  public record Identity(UserId user, String email) {}

  /// What a verified tenant token says.
  public record TenantIdentity(TenantId tenant, UserId user, String email) {}

  public String idToken(Subject subject, List<Membership> memberships) {
    List<Map<String, String>> tenants =
        memberships.stream()
            .map(m -> Map.of("id", m.tenant().toString(), "name", m.tenantName()))
            .toList();
    return sign(idKey, claims(subject, ID_TOKEN_LIFE).claim(TENANTS, tenants).build());
  }

  public String tenantToken(Subject subject, TenantId tenant) {
    return sign(
        tenantKey, claims(subject, TENANT_TOKEN_LIFE).claim(TENANT, tenant.toString()).build());
  }

  /// Empty for anything but an id token of ours, for this client, that has not expired.
  public Optional<Identity> verifyIdToken(String token, String clientId) {
    return verify(token, idKey)
        .filter(claims -> claims.getAudience().equals(List.of(clientId)))
        .flatMap(Tokens::identity);
  }

  /// Empty for anything but a tenant token of ours that has not expired.
  public Optional<TenantIdentity> verifyTenantToken(String token) {
    return verify(token, tenantKey).flatMap(Tokens::tenantIdentity);
  }

  public String idTokenPublicKey() {
    return pem(idKey);
  }

  public String tenantTokenPublicKey() {
    return pem(tenantKey);
  }

  private JWTClaimsSet.Builder claims(Subject subject, Duration life) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(subject.clientId())
        .subject(subject.email())
        .issueTime(Date.from(now.minus(BACKDATED)))
        .expirationTime(Date.from(now.plus(life)))
        .claim("nonce", subject.nonce())
        .claim(USER, subject.user().toString());
  }

  private static String sign(TokenSigner key, JWTClaimsSet claims) {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).type(JOSEObjectType.JWT).build();
    JWSObject unsigned = new JWSObject(header, claims.toPayload());
    byte[] input = unsigned.getSigningInput();
    return new String(input, java.nio.charset.StandardCharsets.US_ASCII)
        + "."
        + Base64URL.encode(key.sign(input));
  }

  private Optional<JWTClaimsSet> verify(String token, TokenSigner key) {
    try {
      JWSObject signed = JWSObject.parse(token);
      // The algorithm is ours to choose, never the token's (RFC 8725 section 3.1).
      if (!JWSAlgorithm.RS256.equals(signed.getHeader().getAlgorithm())
          || !signed.verify(new RSASSAVerifier(key.publicKey()))) {
        return Optional.empty();
      }
      JWTClaimsSet claims = JWTClaimsSet.parse(signed.getPayload().toString());
      Date expiry = claims.getExpirationTime();
      boolean current = expiry != null && clock.instant().isBefore(expiry.toInstant());
      boolean known = claims.getAudience().stream().anyMatch(CLIENTS::contains);
      return ISSUER.equals(claims.getIssuer()) && current && known
          ? Optional.of(claims)
          : Optional.empty();
    } catch (ParseException | JOSEException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Identity> identity(JWTClaimsSet claims) {
    String email = claims.getSubject();
    Optional<UserId> user = text(claims, USER).flatMap(UserId::parse);
    return email == null ? Optional.empty() : user.map(id -> new Identity(id, email));
  }

  private static Optional<TenantIdentity> tenantIdentity(JWTClaimsSet claims) {
    Optional<TenantId> tenant = text(claims, TENANT).flatMap(TenantId::parse);
    return identity(claims)
        .flatMap(who -> tenant.map(id -> new TenantIdentity(id, who.user(), who.email())));
  }

  private static Optional<String> text(JWTClaimsSet claims, String name) {
    return claims.getClaim(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// SubjectPublicKeyInfo in the textual encoding of RFC 7468 section 13.
  private static String pem(TokenSigner key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.publicKey().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }
}
