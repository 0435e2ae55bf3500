package io.firmament.device;

import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.PresentedCertificate;
import io.firmament.trust.DeviceIdentity;
import io.firmament.trust.TrustDomain;
import io.firmament.trust.TrustProblem;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// Puts the client certificate of the TLS session, which the handshake has verified, into the
/// call's context. It is the only source of a device's identity, and it is read once for each
/// connection.
final class PeerCertificates extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<Peer> CONNECTION = Attributes.Key.create("peer-certificate");
  private static final Context.Key<Peer> CALL = Context.key("peer-certificate");

  private final TrustDomain domain;
  private final Clock clock;

  PeerCertificates(TrustDomain domain, Clock clock) {
    this.domain = domain;
    this.clock = clock;
  }

  /// Who is at the other end.
  ///
  /// @param identity empty where the certificate names no device of ours
  private record Peer(X509Certificate certificate, Optional<PresentedCertificate> identity) {}

  @Override
  public Attributes transportReady(Attributes connection) {
    return peer(connection)
        .map(certificate -> connection.toBuilder().set(CONNECTION, known(certificate)).build())
        .orElse(connection);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Peer peer = call.getAttributes().get(CONNECTION);
    if (peer == null) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(Context.current().withValue(CALL, peer), call, headers, next);
  }

  /// Who the current call's certificate says the caller is. Connections outlive certificates,
  /// so the dates are checked at every call.
  PresentedCertificate current() {
    Peer peer = CALL.get();
    if (peer == null) {
      throw FleetProblem.CLIENT_CERTIFICATE_REQUIRED.with();
    }
    try {
      peer.certificate().checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw TrustProblem.CLIENT_CERTIFICATE_INVALID.with("detail", "it has expired");
    } catch (CertificateNotYetValidException e) {
      throw TrustProblem.CLIENT_CERTIFICATE_INVALID.with("detail", "it is not valid yet");
    }
    return peer.identity().orElseGet(() -> presented(peer.certificate()));
  }

  private Peer known(X509Certificate certificate) {
    try {
      return new Peer(certificate, Optional.of(presented(certificate)));
    } catch (ProblemException refused) {
      // Each call says so.
      return new Peer(certificate, Optional.empty());
    }
  }

  private PresentedCertificate presented(X509Certificate certificate) {
    DeviceIdentity identity = DeviceIdentity.fromCertificate(certificate, domain);
    return new PresentedCertificate(
        identity.tenant(),
        new FleetName(identity.fleet()),
        new DeviceName(identity.device()),
        new CertificateSerial(certificate.getSerialNumber().toString(16)));
  }

  private static Optional<X509Certificate> peer(Attributes attributes) {
    SSLSession session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf
          ? Optional.of(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }
}
