package io.firmament.platform.registry;

import java.util.regex.Pattern;

/// What an image runs on (image-spec, "Image Index Property Descriptions").
///
/// @param os `linux`; `unknown` where nobody says
/// @param architecture as Go names it, `arm64`; `unknown` where nobody says
/// @param variant `v7`; empty where there is none
public record Platform(String os, String architecture, String variant) {
  private static final String UNKNOWN = "unknown";
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,40}");

  /// Words that are none are left out, so that what is shown later is harmless.
  static Platform read(Document json) {
    return new Platform(
        word(json, "os", UNKNOWN), word(json, "architecture", UNKNOWN), word(json, "variant", ""));
  }

  private static String word(Document json, String name, String otherwise) {
    return json.text(name).filter(word -> WORD.matcher(word).matches()).orElse(otherwise);
  }

  boolean isKnown() {
    return !os.equals(UNKNOWN) && !architecture.equals(UNKNOWN);
  }

  /// `linux/arm/v7`.
  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
