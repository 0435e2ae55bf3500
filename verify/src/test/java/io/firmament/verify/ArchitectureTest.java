package io.firmament.verify;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.avaje.json.stream.JsonStream;
import io.avaje.jsonb.JsonType;
import java.io.InputStream;
import java.io.Reader;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The layers of ARCHITECTURE.md, held apart.
final class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.firmament");

  private static final String[] CORE = {
    "io.firmament.base..",
    "io.firmament.analysis..",
    "io.firmament.trust..",
    "io.firmament.tuf",
    "io.firmament.tuf.repository..",
    "io.firmament.platform.."
  };

  @Test
  void theCoreKnowsNoCloudAndNoTransport() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "software.amazon..",
            "com.amazonaws..",
            "io.grpc..",
            "graphql..",
            "org.eclipse.jetty..",
            "java.net.http..",
            "java.sql..")
        .because("the core decides; adapters and services talk (design decisions 2 and 3)")
        .check(ALL);
  }

  @Test
  void theEngineIsALibraryThatKnowsNothingOfThePlatform() {
    noClasses()
        .that()
        .resideInAPackage("io.firmament.analysis..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.firmament.platform..", "io.firmament.trust..")
        .because("the engine is a library in its own right")
        .check(ALL);
  }

  @Test
  void whatDevicesCarryOfTufKnowsNothingOfTheRepository() {
    noClasses()
        .that()
        .resideInAnyPackage("io.firmament.tuf", "io.firmament.tuf.client..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.firmament.tuf.repository..", "io.firmament.trust..", "org.bouncycastle..")
        .because("a device verifies with the JDK alone")
        .check(ALL);
  }

  @Test
  void thePlatformDoesNotCarryTheEngine() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.firmament.platform..", "io.firmament.edge..", "io.firmament.graphql..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.firmament.analysis..")
        .because("functions that serve requests stay small (ADR 004)")
        .check(ALL);
  }

  @Test
  void onlyAdaptersAndWiringKnowTheAwsSdk() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.firmament.aws..",
            "io.firmament.local..",
            "io.firmament.infra..",
            "io.firmament.engines..")
        .and()
        .haveSimpleNameNotEndingWith("Main")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("software.amazon.awssdk..")
        .because("a port has one adapter class per technology (design decision 3)")
        .check(ALL);
  }

  @Test
  void timeAndIdsComeFromOutsideTheCore() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .and()
        .doNotHaveFullyQualifiedName("io.firmament.base.Ids")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Math.class, "random")
        .because("the same input gives the same bytes, and a snapshot freezes nothing unique")
        .check(ALL);
  }

  @Test
  void theJsonParserIsGivenNoStreams() {
    noClasses()
        .should()
        .callMethod(JsonType.class, "fromJson", InputStream.class)
        .orShould()
        .callMethod(JsonType.class, "fromJson", Reader.class)
        .orShould()
        .callMethod(JsonStream.class, "reader", InputStream.class)
        .because("it loses its place at the edge of its buffer; JsonDocument reads whole documents")
        .check(ALL);
  }

  @Test
  void classesAreFinalUnlessTheySaySo() {
    classes()
        .that()
        .areTopLevelClasses()
        .and()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .areNotRecords()
        .and()
        .resideOutsideOfPackage("io.firmament.device.v1..")
        .should(beFinalAbstractOrSealed())
        .because("inheritance is designed for or ruled out")
        .check(ALL);
  }

  @Test
  void namesSayWhatAThingIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Impl|Manager|Helper|Utils?|DTO|Dto)(\\$.*)?")
        .because("such a name says nothing")
        .check(ALL);
  }

  private static ArchCondition<JavaClass> beFinalAbstractOrSealed() {
    return new ArchCondition<>("be final, abstract or sealed") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean generated =
            type.getSimpleName().endsWith("JsonAdapter")
                || type.isInterface()
                || type.getSimpleName().endsWith("JsonComponent");
        boolean decided =
            type.getModifiers().contains(JavaModifier.FINAL)
                || type.getModifiers().contains(JavaModifier.ABSTRACT)
                || type.reflect().isSealed();
        if (!generated && !decided) {
          events.add(SimpleConditionEvent.violated(type, type.getName() + " is open"));
        }
      }
    };
  }
}
