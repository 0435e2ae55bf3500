package io.firmament.graphql;

import graphql.language.Definition;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Measures a parsed query with its fragments in place, before anything expands them. A fragment is
/// measured once, so that the work is linear in the query's text whatever it would expand to.
final class QueryGuard {
  private static final Size NOTHING = new Size(0, 0, 0);

  private final GraphqlLimits limits;
  private final Map<String, FragmentDefinition> fragments = new HashMap<>();
  private final Map<String, Size> measured = new HashMap<>();
  private final Set<String> open = new HashSet<>();

  private QueryGuard(GraphqlLimits limits) {
    this.limits = limits;
  }

  /// Refuses a document of which any operation is past a limit.
  static void check(Document document, GraphqlLimits limits) {
    QueryGuard guard = new QueryGuard(limits);
    for (FragmentDefinition fragment : document.getDefinitionsOfType(FragmentDefinition.class)) {
      guard.fragments.put(fragment.getName(), fragment);
    }
    Size whole = NOTHING;
    for (Definition<?> definition : document.getDefinitions()) {
      if (definition instanceof OperationDefinition operation) {
        whole = whole.and(guard.measure(operation.getSelectionSet()));
      }
    }
    for (String fragment : guard.fragments.keySet()) {
      guard.measure(fragment);
    }
    refuse(whole.depth(), limits.depth(), "levels");
    refuse(whole.fields(), limits.fields(), "fields");
    refuse(whole.aliases(), limits.aliases(), "aliases");
  }

  private static void refuse(long actual, int limit, String what) {
    if (actual > limit) {
      throw GraphqlProblem.QUERY_TOO_LARGE.with("limit", limit, "what", what);
    }
  }

  private Size measure(@Nullable SelectionSet selections) {
    Size sum = NOTHING;
    if (selections == null) {
      return sum;
    }
    for (Selection<?> selection : selections.getSelections()) {
      sum = sum.and(measure(selection));
    }
    return sum;
  }

  private Size measure(Selection<?> selection) {
    return switch (selection) {
      case Field field -> measure(field.getSelectionSet()).under(field.getAlias() != null);
      case InlineFragment inline -> measure(inline.getSelectionSet());
      case FragmentSpread spread -> measure(spread.getName());
      default -> NOTHING;
    };
  }

  private Size measure(String fragment) {
    Size known = measured.get(fragment);
    FragmentDefinition definition = fragments.get(fragment);
    if (known != null || definition == null) {
      return known == null ? NOTHING : known;
    }
    if (!open.add(fragment)) {
      throw GraphqlProblem.QUERY_INVALID.with(
          "detail", "the fragments form a cycle, which would never end");
    }
    refuse(open.size(), limits.depth() * 10, "nested fragments");
    Size size = measure(definition.getSelectionSet());
    open.remove(fragment);
    measured.put(fragment, size);
    return size;
  }

  /// Sums that stop growing far above every limit instead of overflowing.
  private record Size(int depth, long fields, long aliases) {
    private static final long CEILING = 1L << 40;

    Size and(Size other) {
      return new Size(
          Math.max(depth, other.depth),
          Math.min(CEILING, fields + other.fields),
          Math.min(CEILING, aliases + other.aliases));
    }

    Size under(boolean alias) {
      return new Size(depth + 1, fields + 1, alias ? aliases + 1 : aliases);
    }
  }
}
