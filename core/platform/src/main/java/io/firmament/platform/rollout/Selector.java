package io.firmament.platform.rollout;

import java.util.List;
import java.util.Optional;

/// An expression over what devices say they are and over their tags, which holds for a device or
/// does not.
///
/// ```
/// architecture == arm64 and ram >= 4GiB and not tag.site in (lab, "plant 7")
/// accelerators has nvidia-gpu or soc ~ "nvidia-jetson-*"
/// kernel >= 5.15 and tag.channel exists
/// installed.router-os < 2.4 and not installed.camera exists
/// ```
///
/// | field | kind |
/// | --- | --- |
/// | `name`, `fleet`, `model`, `soc`, `architecture`, `os`, `tag.KEY` | text: `==` `!=` `~` `in`
/// `not in` `exists` |
/// | `accelerators` | list: `has`, `exists` |
/// | `ram`, `cpu_cores` | number: `==` `!=` `<` `<=` `>` `>=` `in` `not in` `exists`; `ram` takes
/// KiB, MiB, GiB |
/// | `kernel`, `agent_version`, `installed.ARTIFACT` | version: as numbers, and `~`; kernels are
/// compared by their runs of digits, the others in the order of [io.firmament.base.VersionOrder] |
///
/// `not` binds closer than `and`, and that closer than `or`. `~` matches the whole text, with `*`
/// for any run of characters and `?` for one. What a device has not said, `""` or zero, is equal to
/// nothing and neither smaller nor larger; `!=` and `not in` are the opposites of `==` and `in`,
/// and so hold for it. Letters count as they are written, in texts; words and fields are in small
/// letters.
///
/// @param text as it was written
public record Selector(String text, Expression expression) {
  public static final int MAX_LENGTH = 2_000;
  public static final int MAX_DEPTH = 32;
  public static final int MAX_TERMS = 200;

  /// @throws io.firmament.base.ProblemException `invalid_field`, for the field `selector`, with the
  ///     place where the text stops making sense
  public static Selector parse(String text) {
    return parse("selector", text);
  }

  public static Selector parse(String field, String text) {
    return new Selector(text, SelectorParser.parse(field, text));
  }

  public boolean matches(DeviceFacts device) {
    return expression.holds(device);
  }

  /// Why the selector does not hold for a device: the first of its conditions that are joined by
  /// `and` at the top which does not hold. Empty where it holds.
  public Optional<String> mismatch(DeviceFacts device) {
    if (matches(device)) {
      return Optional.empty();
    }
    List<Expression> terms =
        expression instanceof Expression.All all ? all.terms() : List.of(expression);
    return terms.stream().filter(term -> !term.holds(device)).findFirst().map(Expression::toString);
  }

  /// Two selectors are the same when they were written the same.
  @Override
  public boolean equals(Object other) {
    return other instanceof Selector(String otherText, _) && text.equals(otherText);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
