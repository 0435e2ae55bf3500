package io.firmament.agent;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

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
    return channel(GrpcSslContexts.forClient().trustManager(stream(anchorsPem)));
  }

  /// As the device.
  ManagedChannel as(Identity identity) {
    return channel(
        GrpcSslContexts.forClient()
            .trustManager(stream(identity.anchorsPem()))
            .keyManager(stream(identity.certificatePem()), stream(identity.key().privatePem())));
  }

  private ManagedChannel channel(SslContextBuilder tls) {
    try {
      return NettyChannelBuilder.forTarget(server)
          .sslContext(tls.protocols("TLSv1.3").build())
          .maxInboundMessageSize(MAX_MESSAGE_BYTES)
          .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
          .keepAliveWithoutCalls(true)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("the identity or the trust anchors cannot be used", e);
    }
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }
}
