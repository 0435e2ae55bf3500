package io.firmament.platform.registry;

import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import java.util.List;
import java.util.Optional;

/// Publishes an image as a signed artifact: which image it is, not its bytes.
public interface ContainerImport {
  /// Publishes, so that devices of the fleets can be told to run the image. What is published under
  /// this name and version already is not published again where it is the same image.
  ///
  /// @throws io.firmament.base.ProblemException where another image has the name and version, where
  ///     these cannot be an artifact's, or where nothing can be signed
  Outcome publish(Caller caller, Pinned pinned);

  /// How it ended.
  ///
  /// @param sbom whether the artifact has an SBOM now
  record Outcome(State state, boolean sbom) {}

  enum State {
    PUBLISHED,
    /// The same image was published before.
    THERE_ALREADY
  }

  /// What is published.
  ///
  /// @param image pinned by digest, with the platforms that it runs on
  /// @param tag that named it, for people
  /// @param fleets empty for the default one
  record Pinned(
      String name,
      String version,
      List<FleetName> fleets,
      Image image,
      Tag tag,
      Optional<Sbom> sbom) {
    public Pinned {
      fleets = List.copyOf(fleets);
    }
  }
}
