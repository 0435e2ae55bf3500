package io.firmament.aws.delivery;

import io.firmament.platform.delivery.ArtifactSource;
import io.firmament.platform.delivery.ByteRange;
import java.io.FilterInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The files of one bucket: one request of S3 for each that is opened.
public final class S3ArtifactSource implements ArtifactSource {
  private static final int NOT_FOUND = 404;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  private final S3Client s3;
  private final String bucket;

  public S3ArtifactSource(S3Client s3, String bucket) {
    this.s3 = s3;
    this.bucket = bucket;
  }

  @Override
  public Optional<FileInfo> find(String key) {
    try {
      HeadObjectResponse head = s3.headObject(b -> b.bucket(bucket).key(key));
      return Optional.of(new FileInfo(head.contentLength(), head.eTag()));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Answer open(String key, Optional<ByteRange> range) {
    GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(bucket).key(key);
    range.ifPresent(asked -> request.range(asked.header()));
    try {
      return opened(s3.getObject(request.build()));
    } catch (S3Exception e) {
      return switch (e.statusCode()) {
        case NOT_FOUND -> new Answer.Absent();
        case RANGE_NOT_SATISFIABLE ->
            find(key)
                .<Answer>map(info -> new Answer.Beyond(info.length()))
                .orElseGet(Answer.Absent::new);
        default -> throw e;
      };
    }
  }

  private static Answer.Opened opened(ResponseInputStream<GetObjectResponse> object) {
    GetObjectResponse response = object.response();
    String range = response.contentRange();
    Matcher matcher = CONTENT_RANGE.matcher(range == null ? "" : range);
    long from = 0;
    long total = response.contentLength();
    if (matcher.matches()) {
      from = Long.parseLong(matcher.group(1));
      total = Long.parseLong(matcher.group(3));
    }
    return new Answer.Opened(
        new FileInfo(total, response.eTag()), from, response.contentLength(), new Aborting(object));
  }

  /// Ends the connection where it is closed before its end: the rest may be gigabytes.
  private static final class Aborting extends FilterInputStream {
    private final ResponseInputStream<?> object;
    private boolean ended;

    Aborting(ResponseInputStream<?> object) {
      super(object);
      this.object = object;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      ended |= read < 0;
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      ended |= read < 0;
      return read;
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        object.abort();
      }
      super.close();
    }
  }
}
