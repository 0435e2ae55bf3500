package io.firmament.engines;

import java.io.InputStream;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/// Tells a listener of every object that came to exist.
final class NotifyingBlobStore extends ForwardingBlobStore {
  /// S3Proxy marks a multipart upload in progress by an empty object of this name.
  private static final String STUB_PREFIX = ".s3proxy-mpu-stub-";

  private final ObjectListener listener;

  NotifyingBlobStore(BlobStore store, ObjectListener listener) {
    super(store);
    this.listener = listener;
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
    PutObjectResponse response = super.putBlob(request, content);
    tell(request.bucket(), request.key(), "PutObject");
    return response;
  }

  @Override
  public CopyObjectResponse copyBlob(CopyObjectRequest request) {
    CopyObjectResponse response = super.copyBlob(request);
    tell(request.destinationBucket(), request.destinationKey(), "CopyObject");
    return response;
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    CompleteMultipartUploadResponse response = super.completeMultipartUpload(upload, request);
    tell(request.bucket(), request.key(), "CompleteMultipartUpload");
    return response;
  }

  private void tell(String bucket, String key, String reason) {
    if (!key.startsWith(STUB_PREFIX)) {
      listener.created(bucket, key, reason);
    }
  }
}
