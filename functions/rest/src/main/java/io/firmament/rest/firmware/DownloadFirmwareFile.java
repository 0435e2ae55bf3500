package io.firmament.rest.firmware;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.PackIndex;
import io.firmament.analysis.unpack.TreeDocument;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/// `GET /api/firmwares/{id}/download-file/{path}`: one file of the unpacked tree, streamed out of
/// the analysis' pack. A path names an entry of the tree and nothing else.
public final class DownloadFirmwareFile implements Operation {
  private final FirmwareStore store;
  private final ObjectStore documents;

  public DownloadFirmwareFile(FirmwareStore store, ObjectStore documents) {
    this.store = store;
    this.documents = documents;
  }

  @Override
  public HttpResponse handle(Request request) {
    AnalysedFirmware analysed = AnalysedFirmware.of(request, store, documents);
    String path = request.pathParameter("path");
    TreeDocument.Contents contents = contents(analysed);
    Entry entry =
        contents
            .open(new NoBytes())
            .resolve(EntryPath.of(path))
            .orElseThrow(() -> FirmwareProblem.FILE_NOT_FOUND.with("path", path));
    if (entry.type() != EntryType.FILE) {
      throw FirmwareProblem.NOT_A_FILE.with("path", path, "type", name(entry.type()));
    }
    PackIndex.Extent extent =
        entry
            .sha256()
            .flatMap(contents.index()::find)
            .orElseThrow(() -> new IllegalStateException("a file without content: " + path));
    return HttpResponse.stream(
            "application/octet-stream", extent.length(), out -> copy(analysed, extent, out))
        .withHeader("x-content-type-options", "nosniff")
        .withHeader("content-disposition", disposition(EntryPath.of(path).name()));
  }

  private static void copy(
      AnalysedFirmware analysed, PackIndex.Extent extent, java.io.OutputStream out)
      throws IOException {
    if (extent.length() == 0) {
      return;
    }
    String pack = analysed.key(AnalysisDocument.PACK);
    try (InputStream in =
        analysed
            .documents()
            .read(pack, extent.offset(), extent.length())
            .orElseThrow(() -> new IllegalStateException("missing: " + pack))) {
      in.transferTo(out);
    }
  }

  private static TreeDocument.Contents contents(AnalysedFirmware analysed) {
    try (InputStream in = new GZIPInputStream(analysed.open(AnalysisDocument.TREE))) {
      return TreeDocument.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// RFC 6266: a plain name for old clients and the exact one for the others (RFC 8187).
  private static String disposition(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._+-]", "_");
    String exact = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact.replace("*", "%2A");
  }

  private static String name(EntryType type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// Stands for the pack where only the tree's names are looked at.
  private record NoBytes() implements ByteSource {
    @Override
    public long size() {
      return 0;
    }

    @Override
    public int read(long offset, byte[] into, int at, int length) {
      return 0;
    }

    @Override
    public ByteSource slice(long offset, long length) {
      return this;
    }
  }
}
