package io.firmament.analysis.inspect.rules;

import java.util.regex.Pattern;

/// Programs that run whatever they are given.
final class Interpreters {
  private static final Pattern NAME =
      Pattern.compile(
          "(?:ba|da|a|hu|k|mk|z|c|tc)?sh|busybox|toybox|python[0-9.]*|perl[0-9.]*|lua[0-9.]*|php.*"
              + "|ruby[0-9.]*|node|awk|gawk|mawk|tclsh.*|env|vi|vim|nano|find|tar|cp|dd|gdb|strace"
              + "|nmap|tcpdump|socat|nc|netcat");

  private Interpreters() {}

  static boolean is(String name) {
    return NAME.matcher(name).matches();
  }
}
