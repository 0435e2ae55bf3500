package io.firmament.agent;

import io.firmament.device.v1.HardwareProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What this machine says of itself, read from the usual places of Linux.
final class MachineProfile {
  private static final Pattern PRETTY_NAME =
      Pattern.compile("^PRETTY_NAME=\"?([^\"\\n]*)\"?$", Pattern.MULTILINE);
  private static final Pattern MEMORY =
      Pattern.compile("^MemTotal:\\s+(\\d+) kB$", Pattern.MULTILINE);

  private final Path root;

  /// @param root the root of the file system to look at
  MachineProfile(Path root) {
    this.root = root;
  }

  HardwareProfile read() {
    return HardwareProfile.newBuilder()
        .setModel(
            text("proc/device-tree/model")
                .or(() -> text("sys/class/dmi/id/product_name"))
                .orElse(""))
        .setSoc(text("sys/devices/soc0/machine").orElse(""))
        .setArchitecture(System.getProperty("os.arch", ""))
        .setRamBytes(
            text("proc/meminfo").flatMap(t -> find(MEMORY, t)).map(Long::parseLong).orElse(0L)
                * 1024)
        .setCpuCores(Runtime.getRuntime().availableProcessors())
        .setOsName(text("etc/os-release").flatMap(t -> find(PRETTY_NAME, t)).orElse(""))
        .setKernel(text("proc/sys/kernel/osrelease").orElse(""))
        .build();
  }

  /// The same by the names that selectors have for it; what is not known is left out.
  Map<String, String> facts() {
    HardwareProfile profile = read();
    Map<String, String> facts = new HashMap<>();
    facts.put("model", profile.getModel());
    facts.put("soc", profile.getSoc());
    facts.put("architecture", profile.getArchitecture());
    facts.put("os", profile.getOsName());
    facts.put("kernel", profile.getKernel());
    facts.put("ram", String.valueOf(profile.getRamBytes()));
    facts.put("cpu_cores", String.valueOf(profile.getCpuCores()));
    facts.values().removeIf(value -> value.isEmpty() || value.equals("0"));
    return facts;
  }

  /// The machine id, which is made once per installation of the system.
  Optional<String> machineId() {
    return text("etc/machine-id").filter(id -> !id.isEmpty());
  }

  private static Optional<String> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private Optional<String> text(String path) {
    try {
      String text = Files.readString(root.resolve(path), StandardCharsets.ISO_8859_1);
      return Optional.of(text.replace("\0", "").strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
