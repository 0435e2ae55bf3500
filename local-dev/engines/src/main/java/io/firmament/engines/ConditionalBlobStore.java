package io.firmament.engines;

import java.io.InputStream;
import java.util.concurrent.ConcurrentHashMap;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Makes conditional writes what they are in S3: of several at once one wins. S3Proxy by itself
/// looks first and writes then, and others may come between.
final class ConditionalBlobStore extends ForwardingBlobStore {
  private final ConcurrentHashMap<String, Object> writing = new ConcurrentHashMap<>();

  ConditionalBlobStore(BlobStore store) {
    super(store);
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
    if (request.ifMatch() == null && request.ifNoneMatch() == null) {
      return super.putBlob(request, content);
    }
    // One entry for each object that was ever written on a condition: few, and small.
    Object key = writing.computeIfAbsent(request.bucket() + "/" + request.key(), _ -> new Object());
    synchronized (key) {
      check(request);
      return super.putBlob(request, content);
    }
  }

  private void check(PutObjectRequest request) {
    HeadObjectResponse there = blobMetadataIfPresent(request.bucket(), request.key());
    if (request.ifMatch() != null && there == null) {
      throw refused(404, "NoSuchKey");
    }
    if ((request.ifNoneMatch() != null && there != null)
        || (request.ifMatch() != null && !bare(request.ifMatch()).equals(bare(there.eTag())))) {
      throw refused(412, "PreconditionFailed");
    }
  }

  private static String bare(@Nullable String tag) {
    return tag == null ? "" : tag.replace("\"", "");
  }

  private static AwsServiceException refused(int status, String code) {
    return S3Exception.builder()
        .statusCode(status)
        .message(code)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage(code).build())
        .build();
  }
}
