package io.firmament.aws.tuf;

import io.firmament.tuf.repository.MetadataStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The metadata of one TUF repository under a prefix of a bucket, by S3's conditional writes.
public final class S3MetadataStore implements MetadataStore {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Client s3;
  private final String bucket;
  private final String prefix;

  /// @param prefix of the keys, with its slash at the end
  public S3MetadataStore(S3Client s3, String bucket, String prefix) {
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("a prefix ends with a slash: " + prefix);
    }
    this.s3 = s3;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  @Override
  public Optional<Stored> read(String name) {
    try {
      ResponseBytes<GetObjectResponse> file =
          s3.getObjectAsBytes(b -> b.bucket(bucket).key(prefix + name));
      return Optional.of(new Stored(file.asByteArray(), file.response().eTag()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw failed("read", name, e);
    }
  }

  @Override
  public boolean create(String name, byte[] file) {
    return put(name, file, put(name).ifNoneMatch("*").build()).isPresent();
  }

  @Override
  public Optional<String> replace(String name, Optional<String> tag, byte[] file) {
    PutObjectRequest.Builder request = put(name);
    tag.ifPresentOrElse(request::ifMatch, () -> request.ifNoneMatch("*"));
    return put(name, file, request.build());
  }

  private PutObjectRequest.Builder put(String name) {
    return PutObjectRequest.builder()
        .bucket(bucket)
        .key(prefix + name)
        .contentType("application/json");
  }

  /// A write at the same moment as another may be answered with a conflict (409): it lost, too.
  private Optional<String> put(String name, byte[] file, PutObjectRequest request) {
    try {
      return Optional.of(s3.putObject(request, RequestBody.fromBytes(file)).eTag());
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED
          || e.statusCode() == CONFLICT
          || (e.statusCode() == NOT_FOUND && request.ifMatch() != null)) {
        return Optional.empty();
      }
      throw failed("write", name, e);
    } catch (SdkException e) {
      throw failed("write", name, e);
    }
  }

  private UncheckedIOException failed(String what, String name, SdkException e) {
    return new UncheckedIOException(
        new IOException("cannot " + what + " " + prefix + name + ": " + e.getMessage(), e));
  }
}
