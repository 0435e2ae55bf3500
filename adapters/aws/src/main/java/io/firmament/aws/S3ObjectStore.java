package io.firmament.aws;

import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectInfo;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ObjectUpload;
import io.firmament.platform.firmware.PresignedParts;
import io.firmament.platform.firmware.PresignedUpload;
import io.firmament.platform.firmware.TaggedObject;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// The objects of one bucket.
public final class S3ObjectStore implements ObjectStore {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /// The most parts that S3 takes for one object.
  private static final long MAX_PARTS = 10_000;

  private final Supplier<S3Client> s3;
  private final Supplier<S3Presigner> presigner;
  private final String bucket;

  public S3ObjectStore(S3Client s3, S3Presigner presigner, String bucket) {
    this(() -> s3, () -> presigner, bucket);
  }

  /// Each client is asked for at the first call that needs it.
  public S3ObjectStore(Supplier<S3Client> s3, Supplier<S3Presigner> presigner, String bucket) {
    this.s3 = s3;
    this.presigner = presigner;
    this.bucket = bucket;
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    try {
      HeadObjectResponse head = s3.get().headObject(b -> b.bucket(bucket).key(key));
      return Optional.of(new ObjectInfo(head.contentLength(), head.eTag()));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Optional<InputStream> read(String key) {
    return read(GetObjectRequest.builder().bucket(bucket).key(key).build());
  }

  @Override
  public Optional<InputStream> read(String key, long offset, long length) {
    if (offset < 0 || length < 1) {
      throw new IllegalArgumentException("no such range: " + offset + ", " + length);
    }
    String range = "bytes=" + offset + "-" + (offset + length - 1);
    try {
      return read(GetObjectRequest.builder().bucket(bucket).key(key).range(range).build());
    } catch (S3Exception e) {
      if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
        return Optional.of(InputStream.nullInputStream());
      }
      throw e;
    }
  }

  private Optional<InputStream> read(GetObjectRequest request) {
    try {
      return Optional.of(s3.get().getObject(request));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<TaggedObject> readTagged(String key) {
    try {
      ResponseBytes<GetObjectResponse> object =
          s3.get().getObjectAsBytes(b -> b.bucket(bucket).key(key));
      return Optional.of(new TaggedObject(object.asByteArray(), object.response().eTag()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String key, String contentType, byte[] content) {
    s3.get()
        .putObject(
            b -> b.bucket(bucket).key(key).contentType(contentType),
            RequestBody.fromBytes(content));
  }

  @Override
  public void write(String key, String contentType, Path file) {
    s3.get()
        .putObject(
            b -> b.bucket(bucket).key(key).contentType(contentType), RequestBody.fromFile(file));
  }

  /// A write at the same moment as another may be answered with a conflict (409): it lost, too.
  @Override
  public Optional<String> replace(
      String key, Optional<String> tag, String contentType, byte[] content) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(bucket).key(key).contentType(contentType);
    tag.ifPresentOrElse(request::ifMatch, () -> request.ifNoneMatch("*"));
    try {
      return Optional.of(
          s3.get().putObject(request.build(), RequestBody.fromBytes(content)).eTag());
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED
          || e.statusCode() == CONFLICT
          || (e.statusCode() == NOT_FOUND && tag.isPresent())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public ObjectUpload begin(String key, String contentType) {
    return new S3ObjectUpload(s3.get(), bucket, key, contentType);
  }

  @Override
  public void delete(String key) {
    s3.get().deleteObject(b -> b.bucket(bucket).key(key));
  }

  @Override
  public Page<String> keys(String prefix, PageRequest page) {
    ListObjectsV2Response answer =
        s3.get()
            .listObjectsV2(
                b ->
                    b.bucket(bucket)
                        .prefix(prefix)
                        .maxKeys(page.limit())
                        .continuationToken(page.cursor().map(Cursor::value).orElse(null)));
    return new Page<>(
        answer.contents().stream().map(S3Object::key).toList(),
        Optional.ofNullable(answer.nextContinuationToken()).map(Cursor::new));
  }

  @Override
  public PresignedUpload presign(String key, long size, Sha256 sha256, Duration validity) {
    String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256.hex()));
    return presigned(
        presigner
            .get()
            .presignPutObject(
                b ->
                    b.signatureDuration(validity)
                        .putObjectRequest(
                            p ->
                                p.bucket(bucket)
                                    .key(key)
                                    .contentLength(size)
                                    .checksumSHA256(checksum)
                                    .ifNoneMatch("*"))));
  }

  @Override
  public PresignedParts presignParts(String key, long size, long partSize, Duration validity) {
    long count = Math.ceilDiv(size, partSize);
    if (count < 1 || count > MAX_PARTS) {
      throw new IllegalArgumentException("no number of parts S3 takes: " + count);
    }
    String upload = s3.get().createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId();
    List<PresignedUpload> parts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      int number = i;
      long length = Math.min(partSize, size - (number - 1) * partSize);
      parts.add(
          presigned(
              presigner
                  .get()
                  .presignUploadPart(
                      b ->
                          b.signatureDuration(validity)
                              .uploadPartRequest(
                                  p ->
                                      p.bucket(bucket)
                                          .key(key)
                                          .uploadId(upload)
                                          .partNumber(number)
                                          .contentLength(length)))));
    }
    PresignedUpload complete =
        presigned(
            presigner
                .get()
                .presignCompleteMultipartUpload(
                    b ->
                        b.signatureDuration(validity)
                            .completeMultipartUploadRequest(
                                c -> c.bucket(bucket).key(key).uploadId(upload))));
    PresignedUpload abort =
        presigned(
            presigner
                .get()
                .presignAbortMultipartUpload(
                    b ->
                        b.signatureDuration(validity)
                            .abortMultipartUploadRequest(
                                a -> a.bucket(bucket).key(key).uploadId(upload))));
    return new PresignedParts(partSize, parts, complete, abort);
  }

  /// The host header is every client's own business.
  private static PresignedUpload presigned(PresignedRequest request) {
    Map<String, String> headers = new TreeMap<>();
    request.signedHeaders().forEach((name, values) -> headers.put(name, String.join(",", values)));
    headers.keySet().removeIf(name -> name.equalsIgnoreCase("host"));
    Instant expiresAt = request.expiration();
    return new PresignedUpload(
        request.httpRequest().method().name(),
        URI.create(request.url().toString()),
        headers,
        expiresAt);
  }
}
