package io.firmament.base;

/// A refusal the caller can act on, as catalogued in `schema/problems.yaml`.
///
/// Each module has one enum that implements this interface; a test holds enums and catalogue to be
/// the same set.
public interface Problem {
  /// Stable machine-readable code, for example `device_not_found`.
  String code();

  /// What kind of refusal this is; the edge derives the transport status from it.
  Category category();

  /// One sentence for a person, with `{key}` where [ProblemException] fills in facts.
  String title();

  /// A problem with facts, given as alternating keys and values.
  default ProblemException with(Object... facts) {
    return ProblemException.of(this, facts);
  }

  /// Who can do something about it, and what an HTTP or gRPC edge answers.
  enum Category {
    /// The request is malformed or names something invalid: 400.
    INVALID(400),
    /// No valid credential: 401.
    UNAUTHENTICATED(401),
    /// The credential lacks the permission: 403.
    FORBIDDEN(403),
    /// Not found, or not visible to this caller: 404.
    NOT_FOUND(404),
    /// The requested representation does not exist: 406.
    NOT_ACCEPTABLE(406),
    /// The state of the resource forbids it: 409.
    CONFLICT(409),
    /// It existed once and can be used no more: 410.
    GONE(410),
    /// Too large: 413.
    TOO_LARGE(413),
    /// The body's media type is not understood: 415.
    UNSUPPORTED_MEDIA(415),
    /// Too many requests: 429.
    THROTTLED(429),
    /// A system behind us did not answer: 503.
    UNAVAILABLE(503);

    private final int httpStatus;

    Category(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    public int httpStatus() {
      return httpStatus;
    }
  }
}
