package io.firmament.analysis.advisory.kbuild;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelBuildTest {
  @TempDir private Path tree;

  @BeforeEach
  void options() throws IOException {
    write("Kbuild", "obj-y += fs/\nobj-$(CONFIG_NET) += net/\n");
    write("Makefile", "ifndef sub-make\nlibs-y := lib/\nendif\nall: ; @true\n");
    StringBuilder kconfig = new StringBuilder();
    for (String option : "NET A B C".split(" ")) {
      kconfig.append("config ").append(option).append("\n\tbool \"").append(option).append("\"\n");
    }
    write("Kconfig", kconfig + "config T\n\ttristate \"T\"\nconfig NAME\n\tstring \"a name\"\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = tree.resolve(file);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, text);
  }

  /// The guard of a file as the table has it; `?` where nothing is known.
  private String guard(String file) throws IOException {
    Guard guard = KernelBuild.guards(KernelTree.read(tree)).get(file);
    return guard == null ? "?" : guard.text();
  }

  /// A folder's file of Kbuild, `;` between its lines, and what it says of one source of it.
  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "obj-y += one.o > one.c > +",
        "obj-m += one.o > one.c > +",
        "obj-$(CONFIG_A) += one.o > one.c > A",
        "obj-${CONFIG_A} := one.o two.o > two.c > A",
        "obj-$(CONFIG_A) += one.o;obj-$(CONFIG_B) += one.o > one.c > A|B",
        "obj-$(CONFIG_A) += one.o;obj-y += one.o > one.c > +",
        "obj-$(CONFIG_A) += two.o > one.c > ?",
        "obj-$(subst m,y,$(CONFIG_T)) += one.o > one.c > T",
        "obj-$(CONFIG_T:m=y) += one.o > one.c > T",
        "obj-$(or $(CONFIG_A),$(CONFIG_B)) += one.o > one.c > A|B",
        "obj-$(and $(CONFIG_A),$(CONFIG_B)) += one.o > one.c > A&B",
        "obj-$(if $(CONFIG_A),y) += one.o > one.c > A",
        "obj-$(CONFIG_A)$(CONFIG_B) += one.o > one.c > ~A|~B",
        "obj-$(CONFIG_T) += all.o;all-y := one.o;all-$(CONFIG_A) += two.o > one.c > T",
        "obj-$(CONFIG_T) += all.o;all-y := one.o;all-$(CONFIG_A) += two.o > two.c > A&T",
        "obj-$(CONFIG_T) += all.o;all-objs := two.o $(more);more := one.o > one.c > T",
        "obj-$(CONFIG_A) += one.o;one-$(CONFIG_B) := two.o > one.c > ~A",
        "ifdef CONFIG_A;obj-y += one.o;endif > one.c > A",
        "ifndef CONFIG_A;obj-y += one.o;endif > one.c > !A",
        "ifeq ($(CONFIG_A),y);obj-y += one.o;endif > one.c > A",
        "ifeq ($(CONFIG_A),y);else;obj-y += one.o;endif > one.c > !A",
        "ifeq ($(CONFIG_T),y);obj-y += one.o;endif > one.c > ~T",
        "ifeq ($(CONFIG_T),y);obj-y += two.o;else;obj-$(CONFIG_A) += one.o;endif > one.c > ~A",
        "ifneq ($(CONFIG_A)$(CONFIG_B),);obj-y += one.o;endif > one.c > ~A|~B",
        "ifeq ($(CONFIG_A)$(CONFIG_B),yy);obj-y += one.o;endif > one.c > A&B",
        "ifneq ($(filter y,$(CONFIG_A) $(CONFIG_B)),);obj-y += one.o;endif > one.c > ~A|~B",
        "ifdef CONFIG_A;ifdef CONFIG_B;obj-y += one.o;endif;endif > one.c > A&B",
        "ifdef CONFIG_A;else ifdef CONFIG_B;obj-y += one.o;endif > one.c > !A&B",
        "ifdef CONFIG_A;ifndef CONFIG_A;obj-y += one.o;endif;endif > one.c > ?",
        "obj-$(CONFIG_A) += $(addprefix ./,one.o two.o) > one.c > A",
        "obj-$(CONFIG_A) += $(addsuffix .o,one) > one.c > A",
        "names := one.c;obj-$(CONFIG_A) += $(names:.c=.o) > one.c > A",
        "obj-$(CONFIG_A) += $(patsubst %.c,%.o,one.c) > one.c > A",
        "obj-$(CONFIG_A) += $(foreach n,one two,$(n).o) > one.c > A",
        "obj-$(CONFIG_A) += on$(SIZE).o > one.c > ~A",
        "obj-$(CONFIG_A) += two.o # one.o > one.c > ?",
        "obj-$(CONFIG_A) += \\;  one.o > one.c > A",
        "obj-$(CONFIG_A) += two.o;list := two.o;obj-y := $(obj-y) > two.c > A|~+",
        "obj-$(CONFIG_A) += x.o;$(obj)/x.o: $(src)/one.c > one.c > ?",
        "hostprogs-y := one.o;obj-$(CONFIG_A) += two.o > one.c > ?",
        "lib-$(CONFIG_A) += one.o > one.c > A",
        "export obj-$(CONFIG_A) += one.o > one.c > A",
        "obj-$(CONFIG_A) += ../fs/one.o > one.c > A",
      })
  void tellsWhenAFileIsBuilt(String kbuild, String file, String guard) throws IOException {
    write("fs/one.c", "");
    write("fs/two.c", "");
    write("fs/Makefile", kbuild.replace(";", "\n"));
    assertEquals(guard, guard("fs/" + file));
  }

  /// Nothing here may lead to a file that is taken as not built.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "obj-$(CONFIG_A) += one.o;$(eval obj-y += one.o)",
        "obj-$(CONFIG_A) += one.o;obj-y += $(shell echo one.o)",
        "obj-$(CONFIG_A) += one.o;obj-y += $(call list)",
        "obj-$(CONFIG_A) += one.o;obj-y += $(EXPORTED)",
        "obj-$(CONFIG_A) += one.o;obj-$(CHOSEN) += one.o",
        "obj-$(CONFIG_A) += one.o;obj-y != echo one.o",
        "obj-$(CONFIG_A) += one.o;include $(shell ls)",
        "obj-$(CONFIG_A) += one.o;ifeq ($(X),1);obj-y += one.o;endif",
        "obj-$(CONFIG_A) += one.o;ifeq ($(CONFIG_NAME),x);obj-y += one.o;endif",
        "obj-$(CONFIG_A) += one.o;obj-$(CONFIG_UNDECLARED) += one.o",
        "obj-$(CONFIG_A) += one.o;obj-$(CONFIG_NAME) += one.o",
        "obj-$(CONFIG_A) += one.o;ifdef CONFIG_B",
        "obj-$(CONFIG_A) += one.o;endif",
        "obj-$(CONFIG_A) += one.o;else",
        "obj-$(CONFIG_A) += one.o;$(obj)/other.o: $(src)/one.c",
        "obj-$(CONFIG_A) += one.o;mine := one.o",
        "obj-$(CONFIG_A) += one.o;obj-y += $(filter-out x.o,one.o)",
        "obj-$(CONFIG_A) += one.o;all-$(WHICH)-y += one.o;obj-y += all-2.o",
        "obj-$(CONFIG_A) += one.o;obj-y += $(unclosed",
        "obj-$(CONFIG_A) += one.o;obj-y += $($(computed))",
      })
  void claimsNothingOfWhatItDoesNotUnderstand(String kbuild) throws IOException {
    write("fs/one.c", "");
    write("fs/two.c", "");
    write("fs/Makefile", kbuild.replace(";", "\n"));
    Guard guard = KernelBuild.guards(KernelTree.read(tree)).get("fs/one.c");
    assertFalse(
        guard != null && guard.terms().stream().noneMatch(term -> term.literals().isEmpty()),
        () -> "taken as not built without A: " + Objects.requireNonNull(guard).text());
  }

  @Test
  void followsFolders() throws IOException {
    write("net/Makefile", "obj-$(CONFIG_A) += a/ b/\nobj-$(CONFIG_B) += b/\nobj-y += $(WORD)/c/\n");
    write("net/a/Kbuild", "obj-y += x.o sub/y.o\n");
    write("net/a/Makefile", "obj-$(CONFIG_C) += x.o\n");
    write("net/b/Makefile", "obj-$(CONFIG_T) += x.o\n");
    write("net/w/c/Makefile", "obj-$(CONFIG_T) += x.o\n");
    for (String file : "a/x.c a/sub/y.c b/x.c w/c/x.c d.c".split(" ")) {
      write("net/" + file, "");
    }
    assertEquals("A&NET", guard("net/a/x.c"));
    assertEquals("A&NET", guard("net/a/sub/y.c"));
    assertEquals("A&NET&T|B&NET&T", guard("net/b/x.c"));
    assertEquals("~NET&T", guard("net/w/c/x.c"));
    assertEquals("?", guard("net/d.c"));
  }

  @Test
  void followsTheFilesOfProcessors() throws IOException {
    write(
        "arch/toy/Makefile",
        """
        core-$(CONFIG_A) += arch/toy/fpu/
        mach-$(CONFIG_B) += m1
        include $(srctree)/arch/toy/boards.mk
        core-y += $(dirs)
        """);
    write("arch/toy/boards.mk", "dirs := $(patsubst %,arch/toy/board-%/,$(sort $(mach-y)))\n");
    write("arch/toy/fpu/Makefile", "obj-y += f.o\n");
    write("arch/toy/fpu/f.S", "");
    write("arch/toy/board-m1/Makefile", "obj-y += b.o\n");
    write("arch/toy/board-m1/b.c", "");
    write("lib/Makefile", "lib-y += l.o\n");
    write("lib/l.c", "");
    assertEquals("A", guard("arch/toy/fpu/f.S"));
    assertEquals("B", guard("arch/toy/board-m1/b.c"));
    assertEquals("+", guard("lib/l.c"));
  }

  /// What a boot loader's own rules build out of a driver's folder is not the driver's alone.
  @Test
  void claimsNothingOfWhatRulesElsewhereName() throws IOException {
    write("lib/Makefile", "lib-$(CONFIG_A) += crc.o sha.o\n");
    write("lib/crc.c", "");
    write("lib/sha.c", "");
    assertEquals("A", guard("lib/crc.c"));
    write("arch/toy/boot/Makefile", "$(obj)/crc.o: $(srctree)/lib/crc.c\n\t@cc $<\n");
    write("arch/toy/boot/start.c", "#include \"../../../lib/sha.c\"\n");
    assertEquals("A|~+", guard("lib/crc.c"));
    assertEquals("A|~+", guard("lib/sha.c"));
  }

  @Test
  void knowsHeadersByWhatIncludesThem() throws IOException {
    write("fs/Makefile", "obj-$(CONFIG_A) += a.o\nobj-$(CONFIG_B) += b.o\nobj-y += c.o\n");
    write("fs/a.c", "#include \"own.h\"\n#include <linux/both.h>\n#include \"part.c\"\n");
    write("fs/b.c", "#  include <linux/both.h>\n");
    write("fs/c.c", "#include <linux/all.h>\n");
    write("fs/own.h", "#include \"deep.h\"\n");
    write("fs/deep.h", "#include \"own.h\"\n");
    write("fs/part.c", "");
    write("fs/nobody.h", "");
    write("include/linux/both.h", "");
    write("include/linux/all.h", "");
    write("include/asm-generic/both.h", "");
    assertEquals("~A", guard("fs/own.h"));
    assertEquals("~A", guard("fs/deep.h"));
    assertEquals("~A", guard("fs/part.c"));
    assertEquals("~A|~B", guard("include/linux/both.h"));
    assertEquals("?", guard("include/linux/all.h"));
    assertEquals("?", guard("fs/nobody.h"));
    assertEquals("?", guard("include/asm-generic/both.h"));
  }

  @Test
  void comesToAnEndWithFilesThatLeadToThemselves() throws IOException {
    write("fs/Makefile", "obj-$(CONFIG_A) += sub/ one.o\nobj-y += $(x)\nx = $(z) $(x)\nz = $(x)\n");
    write("fs/sub/Makefile", "obj-$(CONFIG_B) += ../ two.o\ninclude fs/sub/Makefile\n");
    write("fs/one.c", "#include \"one.c\"\n");
    write("fs/sub/two.c", "");
    assertTimeoutPreemptively(
        Duration.ofSeconds(60), () -> assertEquals("A&B|~A", guard("fs/sub/two.c")));
  }

  @Test
  void comesToAnEndWithFilesThatGrow() throws IOException {
    StringBuilder text = new StringBuilder("v0 := a b c d e f g h one.o\n");
    for (int i = 1; i < 60; i++) {
      text.append("v%d := $(v%d)$(v%d) $(v%d)\n".formatted(i, i - 1, i - 1, i - 1));
    }
    text.append("obj-$(CONFIG_A) += one.o\nobj-y += $(v59)\n").append("obj-y += x".repeat(200_000));
    text.append("\nx := ").append("$(".repeat(50_000)).append('\n');
    write("fs/Makefile", text.toString());
    write("fs/one.c", "");
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertEquals("?", guard("fs/one.c")));
  }

  @Test
  void keepsOnlyWhatManyAlternativesHaveInCommon() throws IOException {
    StringBuilder kconfig = new StringBuilder("config NET\n\tbool\n");
    StringBuilder makefile = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      kconfig.append("config X%d\n\tbool\n".formatted(i));
      makefile.append("obj-$(CONFIG_X%d) += one.o\n".formatted(i));
    }
    write("Kconfig", kconfig.toString());
    write("net/Makefile", makefile.toString());
    write("net/one.c", "");
    String guard = guard("net/one.c");
    assertTrue(guard.endsWith("|~NET"), guard);
  }
}
