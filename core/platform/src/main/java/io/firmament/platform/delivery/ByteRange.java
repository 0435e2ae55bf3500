package io.firmament.platform.delivery;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One range of bytes, as a request asks for it (RFC 9110 14.1.2).
public sealed interface ByteRange {
  /// From one byte to another, both counted from 0 and both included.
  record Between(long first, long last) implements ByteRange {
    public Between {
      if (first < 0 || last < first) {
        throw new IllegalArgumentException("no range: " + first + "-" + last);
      }
    }
  }

  /// From a byte to the end.
  record From(long first) implements ByteRange {
    public From {
      if (first < 0) {
        throw new IllegalArgumentException("no range: " + first + "-");
      }
    }
  }

  /// So many bytes at the end; all where there are fewer.
  record Last(long count) implements ByteRange {
    public Last {
      if (count < 0) {
        throw new IllegalArgumentException("no range: -" + count);
      }
    }
  }

  /// Reads the value of a Range header. Whatever is not one well-formed range of bytes is as good
  /// as none (RFC 9110 14.2): several ranges too, which nobody here needs.
  static Optional<ByteRange> parse(String header) {
    Matcher matcher = Form.HEADER.matcher(header);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? Optional.empty() : Optional.of(new Last(Long.parseLong(last)));
    }
    long from = Long.parseLong(first);
    if (last.isEmpty()) {
      return Optional.of(new From(from));
    }
    long to = Long.parseLong(last);
    return to < from ? Optional.empty() : Optional.of(new Between(from, to));
  }

  /// The value of a Range header that asks for it.
  default String header() {
    return switch (this) {
      case Between(long first, long last) -> "bytes=" + first + "-" + last;
      case From(long first) -> "bytes=" + first + "-";
      case Last(long count) -> "bytes=-" + count;
    };
  }

  /// The form of the header. Numbers of more digits than a file can have bytes are none.
  final class Form {
    private static final Pattern HEADER =
        Pattern.compile(
            "bytes[ \t]*=[ \t]*(\\d{0,18})-(\\d{0,18})[ \t]*", Pattern.CASE_INSENSITIVE);

    private Form() {}
  }
}
