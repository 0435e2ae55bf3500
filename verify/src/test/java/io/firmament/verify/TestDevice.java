package io.firmament.verify;

import com.google.protobuf.ByteString;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.InstalledArtifact;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A device that does what a test tells it, also what no agent would.
final class TestDevice {
  private static final int DEADLINE_SECONDS = 20;
  private static final Metadata.Key<String> CODE =
      Metadata.Key.of("firmament-error-code", Metadata.ASCII_STRING_MARSHALLER);

  private final KeyPair keys = newKeys();

  static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  /// A certificate request for the device's key, signed by it or by another.
  byte[] request(KeyPair signer) throws IOException {
    try {
      return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=device"), keys.getPublic())
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("cannot sign", e);
    }
  }

  EnrollResponse enroll(String token, String name) throws IOException {
    return enroll(token, name, request(keys));
  }

  EnrollResponse enroll(String token, String name, byte[] request) throws IOException {
    ManagedChannel channel = channel(tls(authority()));
    try {
      return DeviceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .enroll(
              EnrollRequest.newBuilder()
                  .setToken(token)
                  .setCertificateRequest(ByteString.copyFrom(request))
                  .setHardwareId("hw-" + name)
                  .setRequestedName(name)
                  .build());
    } finally {
      channel.shutdownNow();
    }
  }

  void heartbeat(EnrollResponse enrolled) throws IOException {
    heartbeat(enrolled, HeartbeatRequest.newBuilder().setAgentVersion("test/1").build());
  }

  /// Says that it has an artifact installed.
  void heartbeat(EnrollResponse enrolled, String artifact, String version) throws IOException {
    heartbeat(
        enrolled,
        HeartbeatRequest.newBuilder()
            .setAgentVersion("test/1")
            .addInstalled(
                InstalledArtifact.newBuilder()
                    .setArtifact(artifact)
                    .setVersion(version)
                    .setSha256(ByteString.copyFrom(new byte[32])))
            .build());
  }

  private void heartbeat(EnrollResponse enrolled, HeartbeatRequest request) throws IOException {
    String key =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    ManagedChannel channel =
        channel(
            tls(enrolled.getTrustAnchors())
                .keyManager(stream(enrolled.getCertificate()), stream(key)));
    try {
      DeviceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .heartbeat(request);
    } finally {
      channel.shutdownNow();
    }
  }

  /// The catalogued code of a refusal; empty where there is none.
  static String code(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    String code = trailers == null ? null : trailers.get(CODE);
    return code == null ? "" : code;
  }

  /// A new enrolment token of the tenant.
  static Token token(TestTenant tenant, int uses) {
    Answer created =
        Call.json("POST", "/api/v1/enroll-tokens", "{\"max_uses\":" + uses + "}")
            .bearer(tenant.bearer())
            .send();
    return new Token(created.at("id"), created.at("token"));
  }

  /// @param text what a device enrols with
  record Token(String id, String text) {}

  private static String authority() throws IOException {
    return Files.readString(Running.platform().devices().authorityFile());
  }

  private static SslContextBuilder tls(String anchors) {
    return GrpcSslContexts.forClient().trustManager(stream(anchors)).protocols("TLSv1.3");
  }

  private static ManagedChannel channel(SslContextBuilder tls) throws IOException {
    return NettyChannelBuilder.forTarget(Running.platform().devices().address())
        .sslContext(tls.build())
        .build();
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }
}
