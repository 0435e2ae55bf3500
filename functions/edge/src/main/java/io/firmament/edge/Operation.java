package io.firmament.edge;

/// One operation of the contract. The class is named as its `operationId`, is `final`, sees the
/// request and ports, and never a Lambda type.
///
/// Authentication and the operation's `x-permission` are checked before [#handle] is called; what
/// depends on the data (the product group of a firmware, say) is checked inside.
public interface Operation {
  /// Answers, or throws a [io.firmament.base.ProblemException].
  HttpResponse handle(Request request);

  /// What it takes as its body where a function runs it.
  default BodyKind body() {
    return BodyKind.JSON;
  }
}
