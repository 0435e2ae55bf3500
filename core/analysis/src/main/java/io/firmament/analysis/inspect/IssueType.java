package io.firmament.analysis.inspect;

/// The kinds of issues; the names are the `type` of an issue in the API and are never changed.
public enum IssueType {
  /// A password that every device shares, as a hash or empty.
  HARDCODED_PASSWORD_HASH,
  /// A password, token or other secret in the clear.
  HARDCODED_CREDENTIAL,
  /// A private key, whatever its format.
  PRIVATE_KEY,
  /// The private key of an SSH server.
  SSH_HOST_KEY,
  /// A public key that opens an account.
  AUTHORIZED_KEY,
  /// A key that is publicly known, or that can be worked out from its public half.
  KNOWN_KEY,
  /// A certificate that is expired, weak, or whose key is public.
  WEAK_CERTIFICATE,
  /// A service that is dangerous or set up dangerously.
  INSECURE_SERVICE_CONFIGURATION,
  /// Communication in the clear, or with a peer that is not verified.
  INSECURE_COMMUNICATION,
  /// A server that starts by itself.
  NETWORK_SERVICE,
  /// A protocol for remote management that is switched on.
  MANAGEMENT_PROTOCOL,
  /// A binary without the protections of the toolchain.
  BINARY_HARDENING,
  /// A kernel without protections that it offers.
  KERNEL_CONFIGURATION,
  /// A kernel that gets no more corrections.
  OUTDATED_KERNEL,
  /// Rights that are too wide.
  FILE_PERMISSION,
  /// A weakness in a script.
  CODE_WEAKNESS_SCRIPT,
  /// A weakness in a program.
  CODE_WEAKNESS_BINARY,
  /// A boot chain that does not verify what it starts.
  BOOT_INTEGRITY,
  /// An update that is not verified.
  UPDATE_INTEGRITY,
  /// Something left over from development.
  DEBUG_LEFTOVER,
  /// Something that looks like malware.
  MALWARE_INDICATOR,
  /// A file that is asked for and not in the image.
  MISSING_FILE
}
