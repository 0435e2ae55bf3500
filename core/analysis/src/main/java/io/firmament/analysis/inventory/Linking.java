package io.firmament.analysis.inventory;

import io.firmament.analysis.inventory.BlobFacts.ElfFacts;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.ByteSource;
import io.firmament.base.finding.Component;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Tells which components need which, and what the one file of a component hashes to.
///
/// A dependency is only what can be resolved inside the image: a `DT_NEEDED` entry whose library is
/// there, a package relation whose package is installed in the same root.
final class Linking {
  private static final int PIECE = 1 << 16;

  /// More libraries of one name are not told apart, so that hostile images stay cheap.
  private static final int MOST_PROVIDERS = 64;

  private final Map<String, String> ownerOf = new HashMap<>();
  private final Map<String, SortedSet<String>> needs = new TreeMap<>();

  private Linking(List<Component> components) {
    for (Component component : components) {
      for (String path : component.paths()) {
        ownerOf.putIfAbsent(path, component.id());
      }
    }
  }

  /// The facts in the order of the components; those of which nothing is known are left out.
  static List<ComponentFacts> of(
      List<Component> components,
      List<BlobFacts> contents,
      Map<InstalledPackage, String> packages) {
    Linking linking = new Linking(components);
    linking.libraries(contents);
    linking.packages(packages);
    Map<String, Blob> blobs = new HashMap<>();
    for (BlobFacts facts : contents) {
      facts.blob().paths().forEach(path -> blobs.put(path, facts.blob()));
    }
    List<ComponentFacts> all = new ArrayList<>();
    for (Component component : components) {
      Optional<Blob> single =
          component.fileCount() == 1
              ? Optional.ofNullable(blobs.get(component.paths().getFirst()))
              : Optional.empty();
      List<String> needed =
          List.copyOf(linking.needs.getOrDefault(component.id(), new TreeSet<>()));
      if (single.isPresent() || !needed.isEmpty()) {
        all.add(
            new ComponentFacts(
                component.id(),
                single.map(blob -> blob.sha256().hex()).orElse(null),
                single.map(blob -> sha512(blob.content())).orElse(null),
                needed));
      }
    }
    return all;
  }

  /// Libraries go by their SONAME and by their file name, which is what the loader looks for.
  private void libraries(List<BlobFacts> contents) {
    Map<String, SortedSet<String>> providers = new HashMap<>();
    for (BlobFacts facts : contents) {
      if (facts.elf().isPresent()) {
        for (String path : facts.blob().paths()) {
          String name = path.substring(path.lastIndexOf('/') + 1);
          providers.computeIfAbsent(name, _ -> new TreeSet<>()).add(path);
          facts
              .elf()
              .flatMap(ElfFacts::soname)
              .ifPresent(so -> providers.computeIfAbsent(so, _ -> new TreeSet<>()).add(path));
        }
      }
    }
    for (BlobFacts facts : contents) {
      for (String needed : facts.elf().map(ElfFacts::needed).orElse(List.of())) {
        SortedSet<String> found = providers.getOrDefault(needed, new TreeSet<>());
        for (String path : facts.blob().paths()) {
          nearest(path, found).ifPresent(library -> need(ownerOf.get(path), ownerOf.get(library)));
        }
      }
    }
  }

  /// Of several roots in an image, the one that the program itself is in.
  private static Optional<String> nearest(String path, SortedSet<String> found) {
    return found.stream()
        .limit(MOST_PROVIDERS)
        .max(
            Comparator.comparingInt((String other) -> common(path, other))
                .thenComparing(Comparator.reverseOrder()));
  }

  private static int common(String left, String right) {
    int end = Math.min(left.length(), right.length());
    for (int i = 0; i < end; i++) {
      if (left.charAt(i) != right.charAt(i)) {
        return i;
      }
    }
    return end;
  }

  private void packages(Map<InstalledPackage, String> packages) {
    Map<String, String> named = new HashMap<>();
    Map<String, String> provided = new HashMap<>();
    packages.forEach(
        (installed, id) -> {
          named.putIfAbsent(installed.root() + "\0" + installed.name(), id);
          installed
              .provides()
              .forEach(name -> provided.putIfAbsent(installed.root() + "\0" + name, id));
        });
    packages.forEach(
        (installed, id) -> {
          for (String relation : installed.needs()) {
            for (String name : relation.split("\\|")) {
              String key = installed.root() + "\0" + name;
              String needed = named.getOrDefault(key, provided.get(key));
              if (needed != null) {
                need(id, needed);
                break;
              }
            }
          }
        });
  }

  private void need(@Nullable String from, @Nullable String to) {
    if (from != null && to != null && !from.equals(to)) {
      needs.computeIfAbsent(from, _ -> new TreeSet<>()).add(to);
    }
  }

  private static String sha512(ByteSource content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      byte[] piece = new byte[PIECE];
      long at = 0;
      for (int n = content.read(0, piece, 0, PIECE); n > 0; n = content.read(at, piece, 0, PIECE)) {
        digest.update(piece, 0, n);
        at += n;
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-512", e);
    }
  }
}
