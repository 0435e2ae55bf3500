package io.firmament.infra;

import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awscdk.App;

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
}
