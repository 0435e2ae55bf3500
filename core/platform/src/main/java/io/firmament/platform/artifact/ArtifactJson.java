package io.firmament.platform.artifact;

import io.firmament.base.FirmwareId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Sha256;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.Invalid;
import io.firmament.platform.rollout.JsonFields;
import io.firmament.platform.rollout.Selector;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The JSON of artifacts: what one is created with, answered with and stored with, and what the
/// signed metadata says of it. Objects are maps, lists are lists, numbers are Java's.
public final class ArtifactJson {
  /// What a request may carry itself.
  public static final int MAX_INLINE = 256 * 1024;

  /// The file that stands for a container image.
  public static final String CONTAINER_FILE = "container.json";

  private static final int MAX_REASON = 1_000;
  private static final String DEFAULT_IMAGE_NAME = "firmware.bin";
  private static final long MIN_PART = 5L << 20;
  private static final long MAX_PART = 5L << 30;

  private ArtifactJson() {}

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field, or
  ///     `artifact_pattern`
  public static Wish readWish(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    String name = fields.requiredText("name");
    String version = fields.requiredText("version");
    Manifest.Kind kind =
        fields
            .word("kind", Manifest.Kind.class)
            .orElseThrow(() -> Invalid.field("kind", "is missing"));
    Manifest manifest = manifest(kind, fields);
    List<FleetName> fleets =
        fields.has("fleets")
            ? fields.texts("fleets").stream().map(FleetName::new).toList()
            : List.of(FleetName.DEFAULT);
    Wish wish =
        new Wish(
            Naming.artifact(name, version),
            manifest,
            fleets,
            readTerms(fields),
            origin(manifest, fields));
    fields.end();
    return wish;
  }

  private static Manifest manifest(Manifest.Kind kind, JsonFields fields) {
    for (Manifest.Kind other : Manifest.Kind.values()) {
      Invalid.unless(
          other == kind || other == Manifest.Kind.FIRMWARE || !fields.has(other.word()),
          other.word(),
          "is not said of an artifact of kind " + kind.word());
    }
    return switch (kind) {
      case FIRMWARE -> new Manifest.Firmware();
      case MODEL ->
          model(fields.object("model").orElseThrow(() -> Invalid.field("model", "is missing")));
      case CONTAINER ->
          container(
              fields
                  .object("container")
                  .orElseThrow(() -> Invalid.field("container", "is missing")));
      case CONFIG -> new Manifest.Config(fields.object("config").map(ArtifactJson::delivery));
    };
  }

  private static Manifest model(JsonFields fields) {
    Manifest.Model model =
        new Manifest.Model(
            fields
                .word("framework", Manifest.Model.Framework.class)
                .orElseThrow(() -> Invalid.field(fields.at("framework"), "is missing")),
            fields.objects("inputs").stream().map(ArtifactJson::tensor).toList(),
            fields.object("metrics").map(ArtifactJson::metrics).orElseGet(TreeMap::new),
            fields.object("hardware").map(ArtifactJson::hardware).orElseGet(ArtifactJson::any));
    fields.end();
    return model;
  }

  private static Manifest.Model.Tensor tensor(JsonFields fields) {
    List<Integer> shape = new ArrayList<>();
    Object raw = fields.any("shape");
    if (raw instanceof List<?> lengths) {
      for (Object length : lengths) {
        Invalid.unless(
            length instanceof Number number && number.doubleValue() == number.intValue(),
            fields.at("shape"),
            "must be a list of whole numbers");
        shape.add(((Number) length).intValue());
      }
    } else {
      Invalid.unless(raw == null, fields.at("shape"), "must be a list");
    }
    Manifest.Model.Tensor tensor =
        new Manifest.Model.Tensor(fields.requiredText("name"), fields.requiredText("type"), shape);
    fields.end();
    return tensor;
  }

  private static SortedMap<String, BigDecimal> metrics(JsonFields fields) {
    SortedMap<String, BigDecimal> metrics = new TreeMap<>();
    for (String name : fields.names()) {
      metrics.put(
          name,
          fields
              .decimal(name)
              .orElseThrow(() -> Invalid.field(fields.at(name), "must be a number")));
    }
    return metrics;
  }

  private static Manifest.Model.Hardware hardware(JsonFields fields) {
    Optional<Long> ram = fields.count("min_ram_bytes", 0, Long.MAX_VALUE);
    Manifest.Model.Hardware hardware =
        new Manifest.Model.Hardware(
            fields.text("soc"),
            fields.text("architecture"),
            fields.texts("accelerators"),
            ram.isPresent() ? OptionalLong.of(ram.get()) : OptionalLong.empty());
    fields.end();
    return hardware;
  }

  private static Manifest.Model.Hardware any() {
    return new Manifest.Model.Hardware(
        Optional.empty(), Optional.empty(), List.of(), OptionalLong.empty());
  }

  private static Manifest container(JsonFields fields) {
    Manifest container = new Manifest.Container(fields.requiredText("reference"));
    fields.end();
    return container;
  }

  private static Manifest.Config.Delivery delivery(JsonFields fields) {
    Manifest.Config.Delivery delivery =
        new Manifest.Config.Delivery(
            fields.requiredText("destination"),
            fields.text("mode").orElse("0644"),
            fields.object("reload").map(ArtifactJson::reload).orElseGet(Manifest.Reload.None::new));
    fields.end();
    return delivery;
  }

  private static Manifest.Reload reload(JsonFields fields) {
    String type = fields.requiredText("type");
    Manifest.Reload reload =
        switch (type) {
          case "none" -> new Manifest.Reload.None();
          case "systemd" -> new Manifest.Reload.Systemd(fields.requiredText("unit"));
          case "command" -> new Manifest.Reload.Command(fields.texts("command"));
          default ->
              throw Invalid.field(fields.at("type"), "must be one of none, systemd, command");
        };
    fields.end();
    return reload;
  }

  private static Wish.Origin origin(Manifest manifest, JsonFields fields) {
    Optional<JsonFields> file = fields.object("file");
    Optional<String> name = file.flatMap(each -> each.text("name"));
    if (manifest instanceof Manifest.Container container) {
      Invalid.unless(file.isEmpty(), "file", "a container image is not uploaded");
      byte[] pinned =
          ("{\"reference\":\"" + container.reference() + "\"}\n").getBytes(StandardCharsets.UTF_8);
      return new Wish.Origin.Inline(CONTAINER_FILE, pinned);
    }
    Optional<FirmwareId> firmware = firmwareId(manifest, fields);
    if (firmware.isPresent()) {
      String fileName = name.orElse(DEFAULT_IMAGE_NAME);
      Naming.requireFile(fileName);
      file.ifPresent(JsonFields::end);
      return new Wish.Origin.Analysed(firmware.get(), fileName);
    }
    JsonFields given = file.orElseThrow(() -> Invalid.field("file", "is missing"));
    String fileName = given.requiredText("name");
    Naming.requireFile(fileName);
    Optional<byte[]> inline = inline(manifest, given);
    Wish.Origin origin =
        inline.isPresent()
            ? new Wish.Origin.Inline(fileName, inline.get())
            : upload(manifest, fileName, given, fields);
    given.end();
    return origin;
  }

  private static Optional<FirmwareId> firmwareId(Manifest manifest, JsonFields fields) {
    Optional<String> text = fields.text("firmware_id");
    Invalid.unless(
        text.isEmpty() || manifest instanceof Manifest.Firmware,
        "firmware_id",
        "is said of an artifact of kind firmware");
    // A text that is no id is the id of no firmware.
    return text.map(id -> FirmwareId.parse(id).orElseThrow(() -> Artifacts.noFirmware(id)));
  }

  private static Optional<byte[]> inline(Manifest manifest, JsonFields file) {
    Optional<String> text = file.text("content");
    Optional<String> base64 = file.text("content_base64");
    if (text.isEmpty() && base64.isEmpty()) {
      return Optional.empty();
    }
    Invalid.unless(
        manifest instanceof Manifest.Config,
        file.at("content"),
        "is for artifacts of kind config; other files are uploaded");
    Invalid.unless(
        text.isEmpty() || base64.isEmpty(), file.at("content"), "is said in one way only");
    byte[] content =
        text.map(plain -> plain.getBytes(StandardCharsets.UTF_8))
            .orElseGet(() -> decoded(file.at("content_base64"), base64.orElseThrow()));
    Invalid.unless(
        content.length >= 1 && content.length <= MAX_INLINE,
        file.at("content"),
        "has 1 to " + MAX_INLINE + " bytes; larger files are uploaded");
    return Optional.of(content);
  }

  private static byte[] decoded(String field, String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw Invalid.field(field, "must be base64 (RFC 4648 section 4)");
    }
  }

  private static Wish.Origin upload(
      Manifest manifest, String fileName, JsonFields file, JsonFields fields) {
    String hex = file.requiredText("sha256");
    Invalid.unless(
        hex.matches("[0-9a-f]{64}"),
        file.at("sha256"),
        "must be 64 hexadecimal digits in lower case");
    long length =
        file.count("length", 1, Content.MAX_LENGTH)
            .orElseThrow(() -> Invalid.field(file.at("length"), "is missing"));
    return new Wish.Origin.Upload(
        fileName,
        length,
        new Sha256(hex),
        file.count("part_size", MIN_PART, MAX_PART),
        manifest instanceof Manifest.Firmware ? Optional.of(submission(fields)) : Optional.empty());
  }

  private static Wish.Submission submission(JsonFields fields) {
    Optional<ProductGroupId> group =
        fields
            .text("product_group_id")
            .map(id -> ProductGroupId.parse(id).orElseThrow(() -> Artifacts.noProductGroup(id)));
    Optional<JsonFields> product = fields.object("product");
    String vendor = product.flatMap(each -> each.text("vendor")).orElse("");
    String name =
        product.flatMap(each -> each.text("name")).orElseGet(() -> fields.requiredText("name"));
    for (Map.Entry<String, String> each :
        Map.of("product.vendor", vendor, "product.name", name).entrySet()) {
      Invalid.unless(each.getValue().length() <= 200, each.getKey(), "has at most 200 characters");
    }
    Invalid.unless(!name.isBlank(), "product.name", "is missing");
    product.ifPresent(JsonFields::end);
    return new Wish.Submission(group, vendor.isBlank() ? "unknown" : vendor, name);
  }

  private static Terms readTerms(JsonFields fields) {
    SortedMap<String, String> provides = new TreeMap<>();
    fields
        .object("provides")
        .ifPresent(
            each -> each.names().forEach(name -> provides.put(name, each.requiredText(name))));
    SortedMap<String, List<String>> depends = new TreeMap<>();
    fields
        .object("depends")
        .ifPresent(each -> each.names().forEach(name -> depends.put(name, each.texts(name))));
    return new Terms(
        fields.flag("security_only"),
        fields.text("compatibility").map(ArtifactJson::selector),
        provides,
        depends,
        fields.texts("must_pass_through"),
        day(fields, "support_until"),
        fields.text("notes").orElse(""));
  }

  private static Selector selector(String text) {
    return Selector.parse("compatibility", text);
  }

  private static Optional<LocalDate> day(JsonFields fields, String name) {
    try {
      return fields.text(name).map(LocalDate::parse);
    } catch (DateTimeException e) {
      throw Invalid.field(fields.at(name), "must be a day such as 2031-12-31");
    }
  }

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Terms.Change readChange(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    Terms.Change change =
        new Terms.Change(
            fields.has("security_only")
                ? Optional.of(fields.flag("security_only"))
                : Optional.empty(),
            day(fields, "support_until"),
            fields.text("notes"));
    fields.end();
    return change;
  }

  /// Why an artifact is withdrawn.
  ///
  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Optional<String> readWithdrawal(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    Optional<String> reason = fields.text("reason");
    reason.ifPresent(
        text ->
            Invalid.unless(
                text.length() <= MAX_REASON && text.chars().noneMatch(Character::isISOControl),
                "reason",
                "has at most " + MAX_REASON + " characters, none of control"));
    fields.end();
    return reason.filter(text -> !text.isBlank());
  }

  /// In how large parts a file is to be sent.
  ///
  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Optional<Long> readSending(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    Optional<Long> partSize = fields.count("part_size", MIN_PART, MAX_PART);
    fields.end();
    return partSize;
  }

  /// Reads what [#write(Manifest)] and [#write(Terms)] wrote into one object.
  ///
  /// @throws io.firmament.base.ProblemException where nothing of ours wrote it
  public static Manifest readManifest(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    return manifest(fields.word("kind", Manifest.Kind.class).orElseThrow(), fields);
  }

  /// The other half of [#readManifest].
  public static Terms readTerms(@Nullable Object value) {
    return readTerms(JsonFields.of(value, ""));
  }

  /// The kind, and what there is to say of it under its name.
  public static Map<String, Object> write(Manifest manifest) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", manifest.kind().word());
    switch (manifest) {
      case Manifest.Firmware _ -> {}
      case Manifest.Model model -> {
        Map<String, Object> said = delivered(model);
        said.put("metrics", new LinkedHashMap<>(model.metrics()));
        json.put("model", said);
      }
      case Manifest.Container(String reference) ->
          json.put("container", Map.of("reference", reference));
      case Manifest.Config(Optional<Manifest.Config.Delivery> delivery) ->
          delivery.ifPresent(where -> json.put("config", write(where)));
    }
    return json;
  }

  private static Map<String, Object> delivered(Manifest.Model model) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("framework", model.framework().name().toLowerCase(java.util.Locale.ROOT));
    List<Map<String, Object>> inputs = new ArrayList<>();
    for (Manifest.Model.Tensor tensor : model.inputs()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("name", tensor.name());
      each.put("type", tensor.type());
      each.put("shape", tensor.shape());
      inputs.add(each);
    }
    json.put("inputs", inputs);
    Map<String, Object> hardware = new LinkedHashMap<>();
    model.hardware().soc().ifPresent(text -> hardware.put("soc", text));
    model.hardware().architecture().ifPresent(text -> hardware.put("architecture", text));
    if (!model.hardware().accelerators().isEmpty()) {
      hardware.put("accelerators", model.hardware().accelerators());
    }
    model.hardware().minRamBytes().ifPresent(bytes -> hardware.put("min_ram_bytes", bytes));
    json.put("hardware", hardware);
    return json;
  }

  private static Map<String, Object> write(Manifest.Config.Delivery delivery) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("destination", delivery.destination());
    json.put("mode", delivery.mode());
    Map<String, Object> reload = new LinkedHashMap<>();
    switch (delivery.reload()) {
      case Manifest.Reload.None _ -> reload.put("type", "none");
      case Manifest.Reload.Systemd(String unit) -> {
        reload.put("type", "systemd");
        reload.put("unit", unit);
      }
      case Manifest.Reload.Command(List<String> command) -> {
        reload.put("type", "command");
        reload.put("command", command);
      }
    }
    json.put("reload", reload);
    return json;
  }

  /// All terms, those that say nothing too.
  public static Map<String, Object> write(Terms terms) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("security_only", terms.securityOnly());
    json.putAll(signed(terms));
    terms.supportUntil().ifPresent(day -> json.put("support_until", day.toString()));
    json.put("notes", terms.notes());
    return json;
  }

  /// What a device must know, and so cannot be changed once it is signed.
  private static Map<String, Object> signed(Terms terms) {
    Map<String, Object> json = new LinkedHashMap<>();
    terms.compatibility().ifPresent(selector -> json.put("compatibility", selector.text()));
    json.put("provides", new LinkedHashMap<>(terms.provides()));
    json.put("depends", new LinkedHashMap<>(terms.depends()));
    json.put("must_pass_through", terms.mustPassThrough());
    return json;
  }

  /// What the signed metadata says of the artifact, in `custom` of its target (TUF 4.5): an object
  /// `artifact` with name, version, kind, what there is of the manifest, and the signed terms.
  /// Metadata has no fractions, so a model's metrics are not in it.
  static Map<String, Object> custom(Artifact artifact) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", artifact.ref().id());
    json.put("version", artifact.ref().version());
    json.putAll(write(artifact.manifest()));
    if (artifact.manifest() instanceof Manifest.Model model) {
      json.put("model", delivered(model));
    }
    json.putAll(signed(artifact.terms()));
    return Map.of("artifact", json);
  }
}
