package io.firmament.platform.registry;

import io.firmament.base.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What there is to know of an image, and the SBOM that is kept beside it.
final class Images {
  private static final String ATTESTATION = "attestation-manifest";
  private static final String REFERENCE_TYPE = "vnd.docker.reference.type";
  private static final List<String> COSIGN_KINDS = List.of("sig", "att", "sbom");

  private static final int MOST_PLATFORMS = 200;
  private static final int MOST_SIZES = 8;
  private static final int MOST_ASKED_FOR_SBOM = 4;
  private static final int CONFIG_BYTES = 2 * 1024 * 1024;
  private static final int SBOM_BYTES = 32 * 1024 * 1024;

  private final RegistryHost host;
  private final RegistryClient client;

  Images(RegistryHost host, RegistryClient client) {
    this.host = host;
    this.client = client;
  }

  /// Pins what a tag names: the index of an image for many platforms, and not one of them.
  Image resolve(RepositoryName repository, Tag tag) {
    RegistryClient.Fetched top = client.manifest(repository, tag.value());
    ImageReference reference = ImageReference.pinned(host, repository, top.digest());
    List<Referrer> referrers = new ArrayList<>();
    List<Image.Variant> platforms =
        top.isIndex()
            ? ofIndex(repository, tag, top, referrers)
            : List.of(single(repository, tag, top));
    return new Image(reference, top.mediaType(), top.size(), platforms, referrers);
  }

  /// The same with sizes, and with what refers to it.
  Image describe(RepositoryName repository, Tag tag) {
    Image image = resolve(repository, tag);
    List<Referrer> referrers = new ArrayList<>(image.referrers());
    referrers.addAll(client.referrers(repository, image.digest()));
    referrers.addAll(ofCosign(repository, image.digest()));
    return new Image(
        image.reference(),
        image.mediaType(),
        image.manifestSize(),
        sized(repository, image),
        referrers);
  }

  private List<Image.Variant> ofIndex(
      RepositoryName repository,
      Tag tag,
      RegistryClient.Fetched index,
      List<Referrer> attestations) {
    List<Image.Variant> platforms = new ArrayList<>();
    for (Descriptor each : index.descriptors("manifests")) {
      if (ATTESTATION.equals(each.annotations().get(REFERENCE_TYPE))) {
        attestations.add(
            new Referrer(
                each.digest(), each.mediaType(), ATTESTATION, each.size(), Referrer.Source.INDEX));
      } else if (MediaTypes.MANIFESTS.contains(each.mediaType())
          && platforms.size() < MOST_PLATFORMS) {
        Platform platform = each.platform().orElse(new Platform("unknown", "unknown", ""));
        platforms.add(new Image.Variant(platform, each.digest(), OptionalLong.empty()));
      }
    }
    if (platforms.isEmpty()) {
      throw notSupported(repository, tag, "its index names no image");
    }
    return platforms;
  }

  /// Of an image for one platform the configuration says which one.
  private Image.Variant single(
      RepositoryName repository, Tag tag, RegistryClient.Fetched manifest) {
    Descriptor config =
        manifest
            .json()
            .object("config")
            .flatMap(Descriptor::read)
            .orElseThrow(() -> notSupported(repository, tag, "it has no configuration"));
    if (manifest.json().has("artifactType")
        || !MediaTypes.IMAGE_CONFIGS.contains(config.mediaType())) {
      throw notSupported(repository, tag, "it is an artifact of another type");
    }
    Platform platform =
        Document.parse(client.blob(repository, config.digest(), CONFIG_BYTES))
            .map(Platform::read)
            .orElseThrow(
                () -> notSupported(repository, tag, "its configuration is no JSON object"));
    return new Image.Variant(platform, manifest.digest(), OptionalLong.of(manifest.pulled()));
  }

  /// Each size costs a request, and Docker Hub counts them as pulls.
  private List<Image.Variant> sized(RepositoryName repository, Image image) {
    if (!image.isIndex() || host.isDockerHub() || image.platforms().size() > MOST_SIZES) {
      return image.platforms();
    }
    List<Image.Variant> sized = new ArrayList<>();
    for (Image.Variant each : image.platforms()) {
      OptionalLong size =
          client
              .find(repository, each.digest().toString())
              .map(manifest -> OptionalLong.of(manifest.pulled()))
              .orElse(OptionalLong.empty());
      sized.add(new Image.Variant(each.platform(), each.digest(), size));
    }
    return sized;
  }

  private List<Referrer> ofCosign(RepositoryName repository, Digest digest) {
    List<Referrer> found = new ArrayList<>();
    for (String kind : COSIGN_KINDS) {
      Tag tag = new Tag(digest.referrersTag() + "." + kind);
      client
          .glance(repository, tag)
          .map(
              there ->
                  new Referrer(
                      there.digest(),
                      there.mediaType(),
                      "application/vnd.dev.cosign.artifact." + kind + ".v1+json",
                      there.size(),
                      Referrer.Source.COSIGN))
          .ifPresent(found::add);
    }
    return found;
  }

  // ---- SBOMs

  /// An SBOM that refers to the image, or else to one of its platforms. What cannot be had is no
  /// SBOM; one that is not what its digest says is refused.
  Optional<Sbom> sbom(RepositoryName repository, Image image) {
    List<Digest> subjects = new ArrayList<>();
    subjects.add(image.digest());
    image.platforms().stream()
        .map(Image.Variant::digest)
        .filter(digest -> !digest.equals(image.digest()))
        .limit(MOST_ASKED_FOR_SBOM)
        .forEach(subjects::add);
    for (Digest subject : subjects) {
      for (Referrer referrer : client.referrers(repository, subject)) {
        if (referrer.isSbom()) {
          Optional<Sbom> sbom = fetch(repository, referrer);
          if (sbom.isPresent()) {
            return sbom;
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Sbom> fetch(RepositoryName repository, Referrer referrer) {
    try {
      return client
          .find(repository, referrer.digest().toString())
          .flatMap(manifest -> manifest.descriptors("layers").stream().findFirst())
          .filter(layer -> layer.size() <= SBOM_BYTES)
          .map(
              layer ->
                  new Sbom(
                      MediaTypes.isSbom(layer.mediaType())
                          ? layer.mediaType()
                          : referrer.artifactType(),
                      layer.digest(),
                      client.blob(repository, layer.digest(), SBOM_BYTES)));
    } catch (ProblemException e) {
      if (e.problem() == RegistryProblem.IMAGE_DIGEST_WRONG) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static ProblemException notSupported(RepositoryName repository, Tag tag, String detail) {
    return RegistryProblem.IMAGE_NOT_SUPPORTED.with(
        "image", repository + ":" + tag, "detail", detail);
  }
}
