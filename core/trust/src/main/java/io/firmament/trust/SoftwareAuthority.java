package io.firmament.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;

/// A device authority that lives in a folder: `device-ca.key` (mode 0600) and `device-ca.pem`, the
/// file that devices pin.
public final class SoftwareAuthority {
  private static final String KEY_FILE = "device-ca.key";
  private static final String CERTIFICATE_FILE = "device-ca.pem";

  private SoftwareAuthority() {}

  /// Opens the folder's authority, or founds it.
  public static DeviceAuthority open(
      Path folder, TrustDomain domain, Clock clock, SecureRandom random) throws IOException {
    SoftwareSigner signer = SoftwareSigner.inFile(folder.resolve(KEY_FILE));
    Path file = certificateFile(folder);
    if (!Files.exists(file)) {
      X509Certificate root = DeviceAuthority.createRoot(domain, signer, clock, random);
      Path temporary = Files.createTempFile(folder, ".ca", ".new");
      Files.writeString(temporary, Pem.encode(root), StandardCharsets.US_ASCII);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      X509Certificate root = Pem.certificate(Files.readAllBytes(file));
      return new DeviceAuthority(domain, signer, root, clock, random);
    } catch (CertificateException e) {
      throw new IOException(file + " holds no certificate", e);
    }
  }

  /// Where the root certificate of a folder's authority is.
  public static Path certificateFile(Path folder) {
    return folder.resolve(CERTIFICATE_FILE);
  }
}
