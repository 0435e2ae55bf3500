package io.firmament.aws;

import io.firmament.platform.secret.DataKeys;
import java.util.Optional;
import java.util.SortedMap;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/// Data keys wrapped by a symmetric key in KMS. What a key is for is its encryption context, which
/// the trail of the account shows, too.
public final class KmsDataKeys implements DataKeys {
  private final KmsClient kms;
  private final String key;

  /// @param key its id, ARN or alias
  public KmsDataKeys(KmsClient kms, String key) {
    this.kms = kms;
    this.key = key;
  }

  @Override
  public DataKey generate(SortedMap<String, String> context) {
    GenerateDataKeyResponse made =
        kms.generateDataKey(
            b -> b.keyId(key).keySpec(DataKeySpec.AES_256).encryptionContext(context));
    return new DataKey(made.plaintext().asByteArray(), made.ciphertextBlob().asByteArray());
  }

  @Override
  public Optional<byte[]> open(byte[] wrapped, SortedMap<String, String> context) {
    try {
      return Optional.of(
          kms.decrypt(
                  b ->
                      b.keyId(key)
                          .ciphertextBlob(SdkBytes.fromByteArray(wrapped))
                          .encryptionContext(context))
              .plaintext()
              .asByteArray());
    } catch (InvalidCiphertextException
        | IncorrectKeyException
        | NotFoundException
        | KmsInvalidStateException e) {
      return Optional.empty();
    }
  }
}
