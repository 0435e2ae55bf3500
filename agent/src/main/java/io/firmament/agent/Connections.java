package io.firmament.agent;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/// Opens connections to the platform: TLS 1.3, and the platform must chain to a pinned anchor.
final class Connections {
  private static final int MAX_MESSAGE_BYTES = 1024 * 1024;
  private static final int KEEP_ALIVE_SECONDS = 120;

  private final String server;

  /// @param server `host:port`
  Connections(String server) {
    this.server = server;
  }

  /// Without a certificate: for enrolment.
  ManagedChannel anonymous(String anchorsPem) {
    return channel(() -> trusting(anchorsPem));
  }

  /// As the device.
  ManagedChannel as(Identity identity) {
    return channel(() -> trusting(identity.anchorsPem()).keyManager(keyManager(identity)));
  }

  /// For the artifacts of the platform, as the device.
  static HttpClient https(Identity identity) {
    try {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      int count = 0;
      for (Certificate anchor :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(stream(identity.anchorsPem()))) {
        anchors.setCertificateEntry("anchor-" + count++, anchor);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(anchors);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(new KeyManager[] {keyManager(identity)}, managers.getTrustManagers(), null);
      return HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(20))
          .sslContext(context)
          .sslParameters(new SSLParameters(null, new String[] {"TLSv1.3"}))
          .build();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the identity or the trust anchors cannot be used", e);
    }
  }

  /// The name in the platform's certificate must be the one that was asked for, as always in TLS.
  private ManagedChannel channel(Supplier<SslContextBuilder> tls) {
    try {
      return NettyChannelBuilder.forTarget(server)
          .sslContext(tls.get().protocols("TLSv1.3").build())
          .maxInboundMessageSize(MAX_MESSAGE_BYTES)
          .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
          .keepAliveWithoutCalls(true)
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalStateException("the identity or the trust anchors cannot be used", e);
    }
  }

  private static SslContextBuilder trusting(String anchorsPem) {
    return GrpcSslContexts.forClient().trustManager(stream(anchorsPem));
  }

  /// Holds the key as it is; the default would put it through a password-based key store first.
  private static KeyManager keyManager(Identity identity) {
    AdvancedTlsX509KeyManager manager = new AdvancedTlsX509KeyManager();
    manager.updateIdentityCredentials(
        new X509Certificate[] {identity.certificate()}, identity.key().privateKey());
    return manager;
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }
}
