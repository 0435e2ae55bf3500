package io.firmament.graphql;

import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The fields of `firmware.graphqls`, without the findings.
final class FirmwareFields {
  /// How many store pages are read to fill one page of what the caller may see and asks for.
  private static final int READS_PER_PAGE = 10;

  private static final long TIMELINE_COUNT = 50;

  /// The schema's `Processing`.
  private sealed interface Processing {
    record InProgress(Analysis.State state) implements Processing {}

    record Failed(String reason) implements Processing {}

    record Finished(Optional<Instant> finishTime) implements Processing {}
  }

  void register(FieldTable table) {
    table
        .type("Query", Scope.class)
        .fetch("allFirmwares", (scope, _, _) -> newest(scope))
        .fetch("firmwares", (scope, arguments, _) -> page(scope, arguments))
        .fetch("firmware", (scope, arguments, _) -> find(scope, arguments.text("id")));
    registerFirmware(table.type("Firmware", Firmware.class));
    registerAnalysis(table);
    table
        .type("Product", Product.class)
        .value("id", product -> product.id().toString())
        .value("name", Product::name)
        .value("vendor", Product::vendor)
        .value("category", Product::category)
        .fetch("firmwareTimeline", FirmwareFields::timeline);
    table.type("FirmwareTimelineEntry", Firmware.class).value("firmware", Function.identity());
    registerConnection(table, "FirmwareConnection");
    table
        .type("PageInfo", Connection.PageInfo.class)
        .value("hasNextPage", page -> page.endCursor().isPresent())
        .value("endCursor", Connection.PageInfo::endCursor);
  }

  /// The fields that every connection has.
  static FieldTable.Fields<?> registerConnection(FieldTable table, String type) {
    return table
        .type(type, Connection.class)
        .value("nodes", page -> page.nodes())
        .value("pageInfo", page -> page.pageInfo());
  }

  private static void registerFirmware(FieldTable.Fields<Firmware> fields) {
    fields
        .value("id", firmware -> firmware.id().toString())
        .value("name", Firmware::name)
        .value("version", Firmware::version)
        .value("releaseDate", Firmware::releaseDate)
        .value("notes", Firmware::notes)
        .value("monitoring", Firmware::monitoring)
        .fetch("product", (firmware, _, scope) -> scope.reads().product(firmware.product()))
        .fetch(
            "productGroup",
            (firmware, _, scope) -> scope.reads().productGroups().get(firmware.productGroup()))
        .fetch("analysisConfiguration", FirmwareFields::configuration)
        .value("uploadTime", Firmware::uploadedAt)
        .value("size", Firmware::sizeBytes)
        .value("latestAnalysis", Firmware::latestAnalysis)
        .value("latestAnalysisTime", firmware -> firmware.latestAnalysis().finishedAt())
        .value("processing", firmware -> processing(firmware.latestAnalysis()));
  }

  private static void registerAnalysis(FieldTable table) {
    table
        .type("Analysis", Analysis.class)
        .value("id", analysis -> analysis.id().toString())
        .value("state", Analysis::state)
        .value("result", Analysis::result)
        .value("createdAt", Analysis::createdAt)
        .value("startedAt", Analysis::startedAt)
        .value("finishedAt", Analysis::finishedAt)
        .value("failure", Analysis::failure)
        .value(
            "doneStages",
            analysis -> analysis.doneStages().stream().sorted().map(Stage::id).toList());
    table
        .type("ProcessingInProgress", Processing.InProgress.class)
        .value("state", Processing.InProgress::state);
    table
        .type("ProcessingFailed", Processing.Failed.class)
        .value("reason", Processing.Failed::reason);
    table
        .type("ProcessingFinished", Processing.Finished.class)
        .value("finishTime", Processing.Finished::finishTime);
    table.abstractType("Processing");
  }

  private static @Nullable Object configuration(
      Firmware firmware, Arguments arguments, Scope scope) {
    return firmware
        .analysisConfiguration()
        .map(id -> scope.reads().analysisConfigurations().get(id))
        .orElse(null);
  }

  private static Processing processing(Analysis analysis) {
    if (analysis.state() != Analysis.State.DONE) {
      return new Processing.InProgress(analysis.state());
    }
    if (analysis.result().equals(Optional.of(Analysis.Result.COMPLETE))) {
      return new Processing.Finished(analysis.finishedAt());
    }
    return new Processing.Failed(analysis.failure().orElse("the analysis failed"));
  }

  /// The firmware of this id that the caller may see; empty for every other.
  static Optional<Firmware> find(Scope scope, String id) {
    scope.spend(1);
    return FirmwareId.parse(id)
        .flatMap(parsed -> scope.reads().firmware(parsed))
        .filter(firmware -> scope.maySee(firmware.productGroup()));
  }

  private static List<Firmware> newest(Scope scope) {
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    return fill(scope, request, scope.reads()::firmwares, _ -> true).items();
  }

  private static List<Firmware> timeline(Product product, Arguments arguments, Scope scope) {
    int count = Connection.limit("count", arguments.findNumber("count").orElse(TIMELINE_COUNT));
    PageRequest request = new PageRequest(count, Optional.empty());
    return fill(scope, request, page -> scope.reads().timeline(product.id(), page), _ -> true)
        .items();
  }

  private static Connection<Firmware> page(Scope scope, Arguments arguments) {
    Predicate<Firmware> wanted = wanted(arguments.object("filter"));
    Page<Firmware> page =
        fill(scope, Connection.request(arguments), scope.reads()::firmwares, wanted);
    return new Connection<>(page.items(), page.next().map(cursor -> cursor.value()), -1);
  }

  /// Reads on, for a while, until as much was found as was asked for.
  private static Page<Firmware> fill(
      Scope scope,
      PageRequest asked,
      Function<PageRequest, Page<Firmware>> list,
      Predicate<Firmware> wanted) {
    List<Firmware> found = new ArrayList<>();
    PageRequest request = asked;
    for (int reads = 1; ; reads++) {
      Page<Firmware> page = list.apply(request);
      scope.spend(page.items().size());
      page.items().stream()
          .filter(firmware -> scope.maySee(firmware.productGroup()))
          .filter(wanted)
          .forEach(found::add);
      if (page.next().isEmpty() || found.size() == asked.limit() || reads == READS_PER_PAGE) {
        return new Page<>(found, page.next());
      }
      request = new PageRequest(asked.limit() - found.size(), page.next());
    }
  }

  private static Predicate<Firmware> wanted(Arguments filter) {
    Predicate<Firmware> wanted = _ -> true;
    Optional<String> name = filter.findText("name").map(text -> text.toLowerCase(Locale.ROOT));
    if (name.isPresent()) {
      wanted = wanted.and(each -> each.name().toLowerCase(Locale.ROOT).contains(name.get()));
    }
    Optional<String> product = filter.findText("productId");
    if (product.isPresent()) {
      Optional<ProductId> id = ProductId.parse(product.get());
      wanted = wanted.and(each -> id.equals(Optional.of(each.product())));
    }
    Optional<String> group = filter.findText("productGroupId");
    if (group.isPresent()) {
      Optional<ProductGroupId> id = ProductGroupId.parse(group.get());
      wanted = wanted.and(each -> id.equals(Optional.of(each.productGroup())));
    }
    Optional<List<Analysis.State>> states = filter.findEnums("state", Analysis.State.class);
    if (states.isPresent()) {
      wanted = wanted.and(each -> states.get().contains(each.latestAnalysis().state()));
    }
    return wanted;
  }

  /// The firmware of this id, for a field that cannot be null.
  static Firmware require(Scope scope, String id) {
    return find(scope, id).orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "firmware"));
  }
}
