package io.firmament.platform.fleet;

import io.firmament.base.Sha256;
import java.time.Instant;

/// What the platform remembers of a certificate that it gave to a device.
///
/// @param key SHA-256 of the public key (SubjectPublicKeyInfo)
/// @param notAfter when it expires
public record DeviceCertificate(CertificateSerial serial, Sha256 key, Instant notAfter) {}
