package io.firmament.aws;

import io.firmament.platform.firmware.ObjectUpload;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// Holds at most one part in memory. What fits into a single part is written by a single request.
final class S3ObjectUpload implements ObjectUpload {
  /// 8 MiB, which S3's limit of 10,000 parts turns into 78 GiB.
  private static final int PART_SIZE = 8 << 20;

  private static final int FIRST_SIZE = 64 << 10;

  private final S3Client s3;
  private final String bucket;
  private final String key;
  private final String contentType;
  private byte[] part = new byte[FIRST_SIZE];
  private final List<CompletedPart> parts = new ArrayList<>();
  private int filled;
  private long size;
  private @Nullable String uploadId;
  private boolean ended;

  S3ObjectUpload(S3Client s3, String bucket, String key, String contentType) {
    this.s3 = s3;
    this.bucket = bucket;
    this.key = key;
    this.contentType = contentType;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int done = 0;
    while (done < length) {
      if (filled == PART_SIZE) {
        send();
      } else if (filled == part.length) {
        part = Arrays.copyOf(part, Math.min(PART_SIZE, 2 * part.length));
      }
      int count = Math.min(length - done, part.length - filled);
      System.arraycopy(bytes, offset + done, part, filled, count);
      filled += count;
      done += count;
    }
    size += length;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void complete() {
    if (ended) {
      throw new IllegalStateException("the upload has ended");
    }
    if (uploadId == null) {
      s3.putObject(b -> b.bucket(bucket).key(key).contentType(contentType), content());
    } else {
      String id = uploadId;
      send();
      s3.completeMultipartUpload(
          b -> b.bucket(bucket).key(key).uploadId(id).multipartUpload(m -> m.parts(parts)));
    }
    ended = true;
  }

  @Override
  public void close() {
    if (!ended && uploadId != null) {
      String id = uploadId;
      s3.abortMultipartUpload(b -> b.bucket(bucket).key(key).uploadId(id));
    }
    ended = true;
  }

  private void send() {
    if (uploadId == null) {
      uploadId =
          s3.createMultipartUpload(b -> b.bucket(bucket).key(key).contentType(contentType))
              .uploadId();
    }
    String id = uploadId;
    int number = parts.size() + 1;
    String tag =
        s3.uploadPart(b -> b.bucket(bucket).key(key).uploadId(id).partNumber(number), content())
            .eTag();
    parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
    filled = 0;
  }

  /// The part's bytes without a copy; the request is over before they change.
  private RequestBody content() {
    int length = filled;
    byte[] bytes = part;
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, contentType);
  }
}
