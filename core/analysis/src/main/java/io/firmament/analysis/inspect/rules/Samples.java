package io.firmament.analysis.inspect.rules;

import java.util.regex.Pattern;

/// Paths of documentation, examples and tests: what is in them is seldom in use.
final class Samples {
  private static final Pattern PATH =
      Pattern.compile(
          "(?:.*/)?(?:docs?|man|info|examples?|samples?|tests?|testdata|locale|i18n|licenses)/.*"
              + "|(?:.*/)?[^/]+\\.(?:egg|dist)-info/.*|(?:.*/)?(?:README|CHANGE(?:S|LOG))[^/]*");

  private Samples() {}

  static boolean is(String path) {
    return PATH.matcher(path).matches();
  }
}
