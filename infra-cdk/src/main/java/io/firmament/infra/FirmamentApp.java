package io.firmament.infra;

import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;

/// The CDK app. Arguments: the checkout, whose built zips are deployed. Context values, as
/// `cdk -c name=value` or in `cdk.json`, are those of [Deployment].
public final class FirmamentApp {
  private FirmamentApp() {}

  public static void main(String[] arguments) {
    Path checkout = Path.of(arguments.length > 0 ? arguments[0] : "..").toAbsolutePath();
    App app = App.Builder.create().analyticsReporting(false).build();
    Deployment deployment =
        Deployment.from(
            name -> Optional.ofNullable(app.getNode().tryGetContext(name)).map(Object::toString));
    new Platform(app, deployment, Artifacts.built(checkout));
    app.synth();
  }

  /// Writes the templates of a deployment without any context value, for checks of what it has.
  ///
  /// @param code a folder that stands for the code of every function
  /// @param output gets one `*.template.json` per stack
  public static void synthesize(Path code, Path output) {
    App app =
        new App(AppProps.builder().analyticsReporting(false).outdir(output.toString()).build());
    new Platform(app, Deployment.from(_ -> Optional.empty()), Artifacts.placeholder(code));
    app.synth();
  }
}
