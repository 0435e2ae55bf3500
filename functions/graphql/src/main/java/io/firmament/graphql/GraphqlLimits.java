package io.firmament.graphql;

/// How much one request may ask for.
///
/// @param queryCharacters length of the query's text
/// @param queryTokens tokens of the query's text
/// @param depth how deep fields may be nested, with fragments in place
/// @param fields how many fields there may be, with fragments in place
/// @param aliases how many fields may be renamed, with fragments in place
/// @param nodes how many objects may be looked at for the answer
/// @param answerBytes length of the answer, which a function cannot send beyond 6 MB
public record GraphqlLimits(
    int queryCharacters,
    int queryTokens,
    int depth,
    int fields,
    int aliases,
    int nodes,
    int answerBytes) {
  /// How long a list without pages may be; past it the paged field must be read.
  public static final int WHOLE_LIST = 10_000;

  /// What a deployment starts with. The introspection query of the usual consoles is 15 deep.
  public static final GraphqlLimits DEFAULT =
      new GraphqlLimits(100_000, 10_000, 20, 2_000, 100, 50_000, 5_500_000);
}
