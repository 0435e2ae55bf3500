package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The last words of a build.
final class BuildSummaryTest {
  @TempDir private Path folder;

  @Test
  void tellsWhatWasSkippedAndWhichEnginesWereNotThere() throws IOException {
    BuildSummary summary = new BuildSummary();
    summary.read(
        "adapters/aws",
        report(
            """
            <testcase classname="io.firmament.aws.S3ObjectStoreTest" name="a">
              <skipped message="moto: it checks no signature"/>
              <system-out><![CDATA[AWS under test: moto at http://127.0.0.1:5000
            ]]></system-out>
            </testcase>
            <testcase classname="io.firmament.aws.S3ObjectStoreTest" name="b"/>"""));
    summary.read(
        "core/base",
        report("<testcase classname=\"io.firmament.base.X\" name=\"c\"><failure/></testcase>"));
    List<String> lines = new ArrayList<>();
    summary.print(lines::add);
    assertEquals(
        List.of(
            "What this build has shown:",
            "  3 tests in 2 modules; 1 failed, 1 skipped",
            "  skipped: adapters/aws S3ObjectStoreTest.a: moto: it checks no signature",
            "  AWS moto at http://127.0.0.1:5000: adapters/aws",
            "  not run on LocalStack (mvn verify -Plocalstack, which needs Docker)",
            "  not run on an AWS account (FIRMAMENT_AWS=account mvn verify)"),
        lines);
  }

  private Path report(String cases) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "TEST-", ".xml"), "<testsuite>" + cases + "</testsuite>");
  }
}
