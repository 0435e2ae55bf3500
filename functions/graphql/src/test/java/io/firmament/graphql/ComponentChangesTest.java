package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.base.finding.Component;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ComponentChangesTest {
  @Test
  void whatHasAnotherVersionIsChangedAndNotNewAndDropped() {
    assertEquals(
        "+[zlib 1] -[gone 1] ~[busybox 1.34 to busybox 1.36]",
        told(
            List.of(named("busybox", "1.34"), named("gone", "1"), named("same", "2")),
            List.of(named("busybox", "1.36"), named("same", "2"), named("zlib", "1"))));
  }

  @Test
  void ofSeveralVersionsThoseThatAreInBothBelongTogether() {
    assertEquals(
        "+[lib 4] -[] ~[lib 1 to lib 3]",
        told(
            List.of(named("lib", "1"), named("lib", "2")),
            List.of(named("lib", "4"), named("lib", "3"), named("lib", "2"))));
    assertEquals(
        "+[] -[lib 2] ~[]",
        told(List.of(named("lib", "2"), named("lib", "1")), List.of(named("lib", "1"))));
  }

  @Test
  void aPackageUrlTellsMoreThanAName() {
    assertEquals(
        "+[] -[] ~[old name 1 to new name 2]",
        told(
            List.of(component("old name", "1", "pkg:deb/debian/x@1?arch=arm")),
            List.of(component("new name", "2", "pkg:deb/debian/x@2?arch=mips"))));
    assertEquals(
        "+[x 1] -[x 1] ~[]",
        told(
            List.of(component("x", "1", "pkg:deb/debian/x@1")),
            List.of(component("x", "1", "pkg:apk/alpine/x@1"))));
  }

  @Test
  void aVersionThatIsNotKnownIsOneOfItsOwn() {
    assertEquals(
        "+[] -[] ~[x null to x 1]", told(List.of(named("x", null)), List.of(named("x", "1"))));
    assertEquals("+[] -[] ~[]", told(List.of(named("x", null)), List.of(named("x", null))));
  }

  private static String told(List<Component> base, List<Component> other) {
    ComponentChanges changes = ComponentChanges.between(base, other);
    return "+"
        + changes.added().stream().map(ComponentChangesTest::text).toList()
        + " -"
        + changes.dropped().stream().map(ComponentChangesTest::text).toList()
        + " ~"
        + changes.changed().stream()
            .map(each -> text(each.before()) + " to " + text(each.after()))
            .toList();
  }

  private static String text(Component component) {
    return component.name() + " " + component.version();
  }

  private static Component named(String name, @Nullable String version) {
    return component(name, version, null);
  }

  private static Component component(String name, @Nullable String version, @Nullable String purl) {
    return new Component(
        name + version,
        "library",
        name,
        version,
        null,
        null,
        null,
        null,
        purl,
        List.of(),
        null,
        null,
        false,
        List.of(),
        1,
        List.of());
  }
}
