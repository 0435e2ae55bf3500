package io.firmament.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/// The KMS that signers are tested against: a server of ours, or what the environment variable
/// `FIRMAMENT_AWS` names, as for [AwsUnderTest]. Every key is new, and where the server is not
/// ours, it is scheduled for deletion at the end.
public final class KmsUnderTest implements AutoCloseable {
  private static final int DIGEST_BYTES = 32;
  private static final int SHORTEST_WINDOW_DAYS = 7;

  private final Optional<KmsServer> server;
  private final KmsClient client;
  private final List<String> made = new ArrayList<>();

  private KmsUnderTest(Optional<KmsServer> server, Map<String, String> environment) {
    System.out.println("AWS under test: " + AwsEngine.chosen().description());
    this.server = server;
    this.client = AwsClients.of(environment).kms();
  }

  public static KmsUnderTest start() {
    AwsEngine engine = AwsEngine.chosen();
    Map<String, String> environment = new HashMap<>(engine.environment());
    if (engine.kind() != AwsEngine.Kind.EMBEDDED) {
      return new KmsUnderTest(Optional.empty(), environment);
    }
    try {
      KmsServer server = KmsServer.start();
      environment.put("AWS_ENDPOINT_URL_KMS", server.endpoint().toString());
      return new KmsUnderTest(Optional.of(server), environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The address of our server, for other processes.
  public URI endpoint() {
    return server.map(KmsServer::endpoint).orElseThrow();
  }

  public KmsClient client() {
    return client;
  }

  /// The id of a new key that signs.
  public String key(KeySpec spec) {
    String id =
        client
            .createKey(b -> b.keySpec(spec).keyUsage(KeyUsageType.SIGN_VERIFY))
            .keyMetadata()
            .keyId();
    made.add(id);
    return id;
  }

  /// The id of a new key that wraps data keys.
  public String secretKey() {
    String id =
        client
            .createKey(
                b -> b.keySpec(KeySpec.SYMMETRIC_DEFAULT).keyUsage(KeyUsageType.ENCRYPT_DECRYPT))
            .keyMetadata()
            .keyId();
    made.add(id);
    return id;
  }

  /// Skips the rest of a test where the server hashes digests once more (moto does): KMS does not.
  public void assumeDigests() throws GeneralSecurityException {
    String id = key(KeySpec.ECC_NIST_P256);
    SdkBytes digest = SdkBytes.fromByteArray(new byte[DIGEST_BYTES]);
    byte[] signature =
        client
            .sign(
                b ->
                    b.keyId(id)
                        .message(digest)
                        .messageType(MessageType.DIGEST)
                        .signingAlgorithm(SigningAlgorithmSpec.ECDSA_SHA_256))
            .signature()
            .asByteArray();
    byte[] publicKey = client.getPublicKey(b -> b.keyId(id)).publicKey().asByteArray();
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(publicKey)));
    verifier.update(digest.asByteArray());
    Assumptions.assumeFalse(verifier.verify(signature), "this KMS does not take digests");
  }

  /// How many keys there are that are not to be deleted; empty where the server is not ours.
  public Optional<Integer> enabledKeys() {
    return server.map(ours -> ours.enabled().size());
  }

  /// Deletes the keys of aliases at the end, where the server is not ours.
  public void forget(List<String> aliases) {
    made.addAll(aliases);
  }

  /// How often an operation was called; empty where the server is not ours.
  public Optional<Long> calls(String operation) {
    return server.map(ours -> ours.calls().stream().filter(operation::equals).count());
  }

  @Override
  public void close() {
    if (server.isEmpty()) {
      made.forEach(
          id -> {
            String key = client.getPublicKey(b -> b.keyId(id)).keyId();
            client.scheduleKeyDeletion(b -> b.keyId(key).pendingWindowInDays(SHORTEST_WINDOW_DAYS));
          });
    }
    client.close();
    server.ifPresent(KmsServer::close);
  }
}
