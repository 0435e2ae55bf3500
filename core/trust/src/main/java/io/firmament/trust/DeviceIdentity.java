package io.firmament.trust;

import io.firmament.base.TenantId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who a device is: `spiffe://<trust domain>/tenant/<tenant>/fleet/<fleet>/device/<name>`.
///
/// It is read from a verified certificate and from nowhere else.
public record DeviceIdentity(TrustDomain domain, TenantId tenant, String fleet, String device) {
  private static final String SEGMENT = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
  private static final Pattern URI =
      Pattern.compile(
          "spiffe://([a-z0-9][a-z0-9._-]{0,199})/tenant/([0-9a-f-]{36})/fleet/("
              + SEGMENT
              + ")/device/("
              + SEGMENT
              + ")");
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final int GENERAL_NAME_URI = 6;

  public DeviceIdentity {
    if (!fleet.matches(SEGMENT) || !device.matches(SEGMENT)) {
      throw new IllegalArgumentException("not path segments: " + fleet + ", " + device);
    }
  }

  /// The SPIFFE id.
  public String uri() {
    return "spiffe://" + domain + "/tenant/" + tenant + "/fleet/" + fleet + "/device/" + device;
  }

  /// Reads a SPIFFE id in exactly the form that [#uri] writes.
  public static Optional<DeviceIdentity> parse(String uri) {
    Matcher matcher = URI.matcher(uri);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return TenantId.parse(matcher.group(2))
        .map(
            tenant ->
                new DeviceIdentity(
                    new TrustDomain(matcher.group(1)), tenant, matcher.group(3), matcher.group(4)))
        .filter(identity -> identity.uri().equals(uri));
  }

  /// Reads the identity of a certificate whose chain and dates were verified.
  ///
  /// X509-SVID 5.2 wants a leaf that is no authority, 4.3 digitalSignature and no certificate
  /// or CRL signing, 2 exactly one URI as subject alternative name. Names in the subject mean
  /// nothing.
  ///
  /// @throws io.firmament.base.ProblemException [TrustProblem#CLIENT_CERTIFICATE_INVALID]
  public static DeviceIdentity fromCertificate(X509Certificate certificate, TrustDomain domain) {
    require(certificate.getBasicConstraints() == -1, "it is an authority");
    boolean[] usage = certificate.getKeyUsage();
    require(usage != null && usage[0], "it is not for signatures");
    require(usage != null && !usage[5] && !usage[6], "it is for signing certificates");
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      require(
          purposes != null && purposes.equals(List.of(CLIENT_AUTH)), "it is not for clients alone");
      DeviceIdentity identity =
          parse(onlyUri(certificate.getSubjectAlternativeNames()))
              .orElseThrow(() -> refused("its URI names no device"));
      require(identity.domain().equals(domain), "it is of another trust domain");
      return identity;
    } catch (CertificateParsingException e) {
      throw refused("it cannot be read");
    }
  }

  private static String onlyUri(@org.jspecify.annotations.Nullable Collection<List<?>> names) {
    require(names != null && names.size() == 1, "it must have exactly one alternative name");
    if (names == null) {
      throw refused("it has no alternative name");
    }
    List<?> name = names.iterator().next();
    require(Integer.valueOf(GENERAL_NAME_URI).equals(name.getFirst()), "its name is no URI");
    return String.valueOf(name.get(1));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw refused(otherwise);
    }
  }

  private static RuntimeException refused(String detail) {
    return TrustProblem.CLIENT_CERTIFICATE_INVALID.with("detail", detail);
  }
}
