package io.firmament.analysis.advisory.kbuild;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// When a file of the kernel is built: alternatives of options that must be set, or not set.
///
/// A guard never says less than is built: what cannot be told is left out of an alternative, which
/// is then not exact. So "no alternative holds" means not built, and only an exact alternative that
/// holds means built.
///
/// @param terms the alternatives; none for what is never built
record Guard(List<Term> terms) {
  static final Guard NEVER = new Guard(List.of());
  static final Guard ALWAYS = new Guard(List.of(new Term(List.of(), true)));
  static final Guard UNKNOWN = new Guard(List.of(new Term(List.of(), false)));

  /// With more alternatives only what they have in common is kept.
  private static final int MOST_TERMS = 16;

  /// One alternative.
  ///
  /// @param literals sorted, each the name of an option, after `!` for one that must not be set
  /// @param exact whether that is all that must hold
  record Term(List<String> literals, boolean exact) {
    boolean isContradiction() {
      return literals.stream().anyMatch(literal -> literals.contains("!" + literal));
    }

    /// Whether the other one adds nothing to this one.
    boolean covers(Term other) {
      return (exact || !other.exact) && other.literals.containsAll(literals);
    }

    Term and(Term other) {
      TreeSet<String> both = new TreeSet<>(literals);
      both.addAll(other.literals);
      return new Term(List.copyOf(both), exact && other.exact);
    }

    String text() {
      return (exact ? "" : "~") + (literals.isEmpty() ? "+" : String.join("&", literals));
    }
  }

  static Guard of(String literal) {
    return new Guard(List.of(new Term(List.of(literal), true)));
  }

  boolean isNever() {
    return terms.isEmpty();
  }

  /// Whether it says nothing at all.
  boolean isOpen() {
    return terms.equals(UNKNOWN.terms);
  }

  Guard and(Guard other) {
    if (equals(ALWAYS) || other.equals(NEVER)) {
      return other;
    }
    List<Term> all = new ArrayList<>();
    for (Term left : terms) {
      for (Term right : other.terms) {
        add(all, left.and(right));
      }
    }
    return bounded(all);
  }

  Guard or(Guard other) {
    List<Term> all = new ArrayList<>(terms);
    other.terms.forEach(term -> add(all, term));
    return all.equals(terms) ? this : bounded(all);
  }

  /// The same with something unknown that must hold as well.
  Guard perhaps() {
    return and(UNKNOWN);
  }

  private static void add(List<Term> terms, Term term) {
    if (!term.isContradiction() && terms.stream().noneMatch(t -> t.covers(term))) {
      terms.removeIf(term::covers);
      terms.add(term);
    }
  }

  private static Guard bounded(List<Term> terms) {
    if (terms.size() <= MOST_TERMS) {
      return new Guard(List.copyOf(terms));
    }
    TreeSet<String> common = new TreeSet<>(terms.getFirst().literals());
    terms.forEach(term -> common.retainAll(term.literals()));
    return new Guard(List.of(new Term(List.copyOf(common), false)));
  }

  /// As the table has it; sorted, so that equal guards have equal texts.
  String text() {
    return terms.stream().map(Term::text).sorted().collect(Collectors.joining("|"));
  }
}
