package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import java.util.regex.Pattern;

/// Tells the private key of an SSH server from others: by its format or by its name.
final class SshHostKeys {
  private static final Pattern PATH =
      Pattern.compile("(?:.*/)?(?:ssh_host_\\w*key|dropbear_\\w*host_key|\\w*_host_key)");

  private SshHostKeys() {}

  static boolean is(Content content, KeyMaterial.Secret secret) {
    return secret.key().format().equals("dropbear") || content.named(PATH);
  }
}
