package io.firmament.aws.identity;

import io.firmament.base.Sha256;
import io.firmament.platform.identity.TokenSigner;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/// A token key that never leaves KMS. The public half is asked for once and kept: it never changes
/// under one key id.
public final class KmsTokenSigner implements TokenSigner {
  private final Supplier<KmsClient> clients;
  private final Supplier<String> keyId;
  private final AtomicReference<@Nullable RSAPublicKey> publicKey = new AtomicReference<>();

  /// Neither the client nor the key's id is asked for before the key is used.
  public KmsTokenSigner(Supplier<KmsClient> clients, Supplier<String> keyId) {
    this.clients = clients;
    this.keyId = keyId;
  }

  /// Sends the digest, so that the size of a token does not matter.
  @Override
  public byte[] sign(byte[] signingInput) {
    SdkBytes digest = SdkBytes.fromByteArray(Sha256.newDigest().digest(signingInput));
    return clients
        .get()
        .sign(
            b ->
                b.keyId(keyId.get())
                    .message(digest)
                    .messageType(MessageType.DIGEST)
                    .signingAlgorithm(SigningAlgorithmSpec.RSASSA_PKCS1_V1_5_SHA_256))
        .signature()
        .asByteArray();
  }

  @Override
  public RSAPublicKey publicKey() {
    RSAPublicKey known = publicKey.get();
    if (known != null) {
      return known;
    }
    RSAPublicKey fetched = fetch();
    publicKey.set(fetched);
    return fetched;
  }

  private RSAPublicKey fetch() {
    byte[] encoded =
        clients.get().getPublicKey(b -> b.keyId(keyId.get())).publicKey().asByteArray();
    try {
      return (RSAPublicKey)
          KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the KMS key of tokens is not an RSA key", e);
    }
  }
}
