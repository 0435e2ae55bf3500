package io.firmament.device;

import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.PresentedCertificate;
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
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// Puts the client certificate of the TLS session, which the handshake has verified, into the
/// call's context. It is the only source of a device's identity, and it is read once for each
/// connection.
final class PeerCertificates extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<Peer> CONNECTION = Attributes.Key.create("peer-certificate");
  private static final Context.Key<Peer> CALL = Context.key("peer-certificate");

  private final DeviceCertificates certificates;

  PeerCertificates(DeviceCertificates certificates) {
    this.certificates = certificates;
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

  /// Who the current call's certificate says the caller is.
  PresentedCertificate current() {
    Peer peer = CALL.get();
    if (peer == null) {
      throw FleetProblem.CLIENT_CERTIFICATE_REQUIRED.with();
    }
    certificates.requireValid(peer.certificate());
    return peer.identity().orElseGet(() -> certificates.presented(peer.certificate()));
  }

  private Peer known(X509Certificate certificate) {
    try {
      return new Peer(certificate, Optional.of(certificates.presented(certificate)));
    } catch (ProblemException refused) {
      // Each call says so.
      return new Peer(certificate, Optional.empty());
    }
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
