package io.firmament.transfer;

import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ObjectUpload;
import io.firmament.platform.firmware.ReceiveUpload;
import io.firmament.platform.firmware.Upload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;

/// Takes an image, an SBOM or both out of a multipart body and into the object store.
///
/// The image's object comes to exist only after the whole body was read and the SBOM is stored, so
/// the event that starts the analysis finds everything in place. A body that breaks off leaves
/// nothing behind, and the upload may be tried again.
final class ReceiveImage {
  private static final Log LOG = Log.of(ReceiveImage.class);
  private static final int BUFFER = 256 * 1024;
  private static final int MAX_SBOM_BYTES = 50 * 1024 * 1024;
  private static final String FIRMWARE = "firmware";
  private static final String SBOM = "sbom";

  private final ObjectStore uploads;
  private final ReceiveUpload receive;
  private final long maxBytes;

  /// @param maxBytes of an image
  ReceiveImage(ObjectStore uploads, ReceiveUpload receive, long maxBytes) {
    this.maxBytes = maxBytes;
    this.uploads = uploads;
    this.receive = receive;
  }

  /// What one body brought.
  private static final class Arrival {
    private Optional<Sha256> image = Optional.empty();
    private Optional<byte[]> sbom = Optional.empty();
  }

  /// Reads the body and returns the firmware that the upload has become.
  Firmware receive(Upload upload, String contentType, InputStream body) throws IOException {
    TenantId tenant = upload.tenant();
    try (ObjectUpload object =
        uploads.begin(ObjectKeys.firmware(tenant, upload.id()), "application/octet-stream")) {
      Arrival arrival = readParts(contentType, body, object);
      if (object.size() == 0 && arrival.sbom.isEmpty()) {
        throw FirmwareProblem.EMPTY_UPLOAD.with();
      }
      arrival.sbom.ifPresent(
          sbom ->
              uploads.write(
                  ObjectKeys.sbom(tenant, upload.id()), "application/octet-stream", sbom));
      object.complete();
      LOG.info(
          "image_received",
          "tenant",
          tenant,
          "upload",
          upload.id(),
          "bytes",
          object.size(),
          "sha256",
          arrival.image.map(Sha256::hex).orElse(""));
    }
    return receive.receive(tenant, upload.id());
  }

  private Arrival readParts(String contentType, InputStream body, ObjectUpload object)
      throws IOException {
    Arrival arrival = new Arrival();
    MultipartReader reader = MultipartReader.of(body, contentType);
    for (Optional<MultipartReader.Part> next = reader.next();
        next.isPresent();
        next = reader.next()) {
      MultipartReader.Part part = next.get();
      switch (part.name()) {
        case FIRMWARE -> {
          requireFirst(arrival.image.isEmpty(), FIRMWARE);
          arrival.image = Optional.of(store(part.content(), object));
        }
        case SBOM -> {
          requireFirst(arrival.sbom.isEmpty(), SBOM);
          arrival.sbom = Optional.of(readSbom(part.content()));
        }
        default -> throw invalid("unknown part \"" + part.name() + "\"; send firmware and sbom");
      }
    }
    if (arrival.sbom.isPresent() && arrival.sbom.get().length == 0) {
      arrival.sbom = Optional.empty();
    }
    return arrival;
  }

  private static void requireFirst(boolean first, String name) {
    if (!first) {
      throw invalid("the part \"" + name + "\" is there twice");
    }
  }

  private static ProblemException invalid(String detail) {
    return FirmwareProblem.INVALID_MULTIPART.with("detail", detail);
  }

  private Sha256 store(InputStream content, ObjectUpload object) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[BUFFER];
    for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
      if (object.size() + read > maxBytes) {
        throw BaseProblem.BODY_TOO_LARGE.with("limit", maxBytes);
      }
      digest.update(buffer, 0, read);
      object.write(buffer, 0, read);
    }
    return Sha256.ofDigest(digest.digest());
  }

  private static byte[] readSbom(InputStream content) throws IOException {
    ByteArrayOutputStream sbom = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
      if (sbom.size() + read > MAX_SBOM_BYTES) {
        throw FirmwareProblem.SBOM_TOO_LARGE.with("limit", MAX_SBOM_BYTES);
      }
      sbom.write(buffer, 0, read);
    }
    return sbom.toByteArray();
  }
}
