package io.firmament.graphql;

import java.util.List;

/// The fields of `report.graphqls`: there are no reports yet, and the API says so.
final class ReportFields {
  void register(FieldTable table) {
    table
        .type("Query", Scope.class)
        .fetch("allReportConfigurations", (_, _, _) -> List.of())
        .fetch("allReports", (_, _, _) -> List.of());
    table
        .type("Mutation", Scope.class)
        .fetch("createReportConfiguration", (_, _, _) -> unavailable())
        .fetch("generateReport", (_, _, _) -> unavailable())
        .fetch("createReportLink", (_, _, _) -> unavailable());
    table.abstractType("CreateReportConfigurationResult");
    table.abstractType("GenerateReportResult");
    table.abstractType("CreateReportLinkResult");
  }

  private static Object unavailable() {
    return new MutationRefusal(
        List.of(MutationRefusal.reason(GraphqlProblem.REPORTS_NOT_AVAILABLE.with())));
  }
}
